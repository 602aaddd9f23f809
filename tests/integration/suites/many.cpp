// As many tests as --tests=N says, a hundred to a suite, the last of them failing.
#include <string>

#include "support.h"

namespace {

class Numbered : public testing::Test {
 public:
  explicit Numbered(bool fails) : fails_(fails) {}
  void TestBody() override { EXPECT_FALSE(fails_) << "the last one fails"; }

 private:
  bool fails_;
};

void register_tests(int count) {
  for (int i = 0; i < count; ++i) {
    const std::string suite = "Many" + std::to_string(i / 100);
    const std::string name = "Test" + std::to_string(i);
    const bool fails = i == count - 1;
    testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [=]() -> Numbered* { return new Numbered(fails); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string option = "--tests=";
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]).rfind(option, 0) == 0)
      register_tests(std::stoi(argv[i] + option.size()));
  return RUN_ALL_TESTS();
}
