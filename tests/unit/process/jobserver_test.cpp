#include "gtest_xdist/process/jobserver.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "support/scratch.h"

namespace gtest_xdist::internal {
namespace {

// What make has, and a client of it.
class JobserverTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2] = {};
    ASSERT_EQ(::pipe(ends), 0);
    from_ = Descriptor(ends[0]);
    to_ = Descriptor(ends[1]);
  }

  std::string numbers() const {
    return std::to_string(from_.number()) + "," + std::to_string(to_.number());
  }
  static std::unique_ptr<Jobserver> offered(const std::string& flags) {
    return Jobserver::offered_by({{"OTHER", "--jobserver-auth=9999,9998"}, {"MAKEFLAGS", flags}});
  }
  std::unique_ptr<Jobserver> offered() const {
    return offered(" -j4 --jobserver-auth=" + numbers());
  }

  void put(const std::string& tokens) const { ASSERT_TRUE(write_all(to_.number(), tokens)); }

  // All that make would find.
  std::string left() const {
    ::fcntl(from_.number(), F_SETFL, O_NONBLOCK);
    std::string tokens(100, ' ');
    const ::ssize_t got = ::read(from_.number(), tokens.data(), tokens.size());
    tokens.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return tokens;
  }

  Descriptor from_;
  Descriptor to_;
  ScratchDirectory scratch_;
};

TEST_F(JobserverTest, IsFoundAsMakeOffersIt) {
  const std::string ours = numbers();
  for (const std::string& flags :
       {" -j4 --jobserver-auth=" + ours, "kw -j --jobserver-fds=" + ours,
        " --jobserver-auth=fifo:/nowhere --jobserver-auth=" + ours,
        " --jobserver-auth=" + ours + " -- A=--jobserver-auth=9999,9998"}) {
    EXPECT_NE(offered(flags), nullptr) << flags;
  }
}

TEST_F(JobserverTest, IsIgnoredIfItIsNotThere) {
  const Descriptor file(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const std::string other = std::to_string(file.number());
  for (const std::string& value :
       {std::string("-2,-2"), std::string("9998,9999"), std::string(), std::string("3"),
        std::string("x,y"), std::string("fifo:"), std::string("fifo:/dev/null"),
        other + "," + other, std::to_string(from_.number()) + "," + other,
        // Nothing can be written to the one, nor read from the other.
        std::to_string(from_.number()) + "," + std::to_string(from_.number())}) {
    EXPECT_EQ(offered(" -j4 --jobserver-auth=" + value), nullptr) << value;
  }
  EXPECT_EQ(offered(" -j4 -- A=--jobserver-auth=" + numbers()), nullptr);
  EXPECT_EQ(offered(""), nullptr);
  EXPECT_EQ(Jobserver::offered_by({}), nullptr);
}

TEST_F(JobserverTest, TokensGoBackAsTheyWere) {
  const auto jobserver = offered();
  put("abc");
  EXPECT_TRUE(jobserver->take());
  EXPECT_TRUE(jobserver->take());
  EXPECT_EQ(jobserver->held(), 2U);
  jobserver->keep(2);
  EXPECT_EQ(left(), "c");
  jobserver->keep(1);
  EXPECT_EQ(left(), "b");
  EXPECT_EQ(jobserver->held(), 1U);
  EXPECT_FALSE(jobserver->take());
  jobserver->leave();
  EXPECT_EQ(left(), "a");
}

TEST_F(JobserverTest, TokensGoBackWithTheirOwner) {
  auto jobserver = offered();
  put("ab");
  EXPECT_TRUE(jobserver->take());
  jobserver.reset();
  EXPECT_EQ(left(), "ba");
}

TEST_F(JobserverTest, LeavesTheFlagsOfMakesDescriptorsAlone) {
  const auto jobserver = offered();
  EXPECT_FALSE(jobserver->take());
  EXPECT_EQ(::fcntl(from_.number(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(jobserver->descriptors(), (std::vector<int>{from_.number(), to_.number()}));
}

TEST_F(JobserverTest, MayHaveAName) {
  const std::string path = scratch_.path() + "/fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Descriptor makes(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  const auto jobserver = offered(" -j2 --jobserver-auth=fifo:" + path);
  ASSERT_NE(jobserver, nullptr);
  EXPECT_TRUE(jobserver->descriptors().empty());
  EXPECT_FALSE(jobserver->take());
  ASSERT_TRUE(write_all(makes.number(), "q"));
  EXPECT_TRUE(jobserver->take());
  EXPECT_FALSE(jobserver->take());
  jobserver->leave();
  char token = 0;
  ASSERT_EQ(::read(makes.number(), &token, 1), 1);
  EXPECT_EQ(token, 'q');
}

TEST_F(JobserverTest, ATokenIsTakenWhenItComes) {
  const auto jobserver = offered();
  for (int round = 0; round < 3; ++round) {
    std::promise<void> taken;
    jobserver->await([&] { taken.set_value(); });
    put("xy");
    taken.get_future().wait();
    EXPECT_EQ(jobserver->held(), 1U);
    EXPECT_EQ(left(), "y");
    jobserver->keep(0);
    EXPECT_EQ(left(), "x");
  }
}

TEST_F(JobserverTest, TheWaitForATokenEnds) {
  const auto jobserver = offered();
  for (int round = 0; round < 3; ++round) {
    jobserver->await([] { ADD_FAILURE() << "there is none"; });
    jobserver->await([] { ADD_FAILURE() << "there is none"; });
    jobserver->leave();
  }
  put("a");
  EXPECT_TRUE(jobserver->take());
}

TEST(WithoutJobserver, KeepsWhatElseMakeSays) {
  const auto flags = [](const std::string& value) {
    const Environment cleaned =
        without_jobserver({{"MAKEFLAGS", value}, {"A", value}, {"MFLAGS", value}});
    EXPECT_EQ(cleaned[1].second, value);
    EXPECT_EQ(cleaned[0].second, cleaned[2].second);
    return cleaned[0].second;
  };
  EXPECT_EQ(flags(" -j4 --jobserver-auth=3,4"), "");
  EXPECT_EQ(flags("kw -j4 --jobserver-auth=fifo:/tmp/x --no-print-directory -- A=-j5 B=2"),
            "kw --no-print-directory -- A=-j5 B=2");
  EXPECT_EQ(flags("k --jobserver-fds=3,4 -j"), "k");
  EXPECT_EQ(flags(" -- A=1"), " -- A=1");
  EXPECT_EQ(flags("ks"), "ks");
  EXPECT_EQ(flags(""), "");
}

}  // namespace
}  // namespace gtest_xdist::internal
