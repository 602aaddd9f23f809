// The suite behind `cmake/quickstart.sh demo`: half of its tests compute, the other half wait, as
// tests of real programs do. It knows nothing of gtest-xdist: the target gtest_xdist::shim, which
// it links, is all that makes it parallel.
//
//   ./demo_suite                              one process, one test after the other
//   GTEST_XDIST_WORKERS=auto ./demo_suite     the same results, sooner
#include <chrono>
#include <cmath>
#include <ostream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr double kPi = 3.14159265358979323846;

// ---- A numeric routine: the area under a curve, by Simpson's rule ------------------------------

constexpr int kManyPanels = 1'536'000;  // some milliseconds of work

using Curve = double (*)(double);

double area(Curve f, double from, double to, int panels) {
  const double step = (to - from) / (2.0 * panels);
  double sum = f(from) + f(to);
  for (int i = 1; i < 2 * panels; ++i) sum += (i % 2 == 1 ? 4.0 : 2.0) * f(from + i * step);
  return sum * step / 3.0;
}

struct KnownArea {
  const char* name;
  Curve curve;
  double from, to, area;

  friend std::ostream& operator<<(std::ostream& out, const KnownArea& known) {
    return out << known.name;
  }
};

const KnownArea kKnownAreas[] = {
    {"Sine", [](double x) { return std::sin(x); }, 0, kPi, 2},
    {"Exponential", [](double x) { return std::exp(x); }, 0, 1, std::exp(1.0) - 1},
    {"Reciprocal", [](double x) { return 1 / x; }, 1, 2, std::log(2.0)},
    {"Bell", [](double x) { return std::exp(-x * x); }, -6, 6, std::sqrt(kPi)},
    {"Logarithm", [](double x) { return std::log(x); }, 1, 2, 2 * std::log(2.0) - 1},
    {"ArcTangent", [](double x) { return 4 / (1 + x * x); }, 0, 1, kPi},
};

class AreaTest : public testing::TestWithParam<KnownArea> {
 protected:
  double simpson(double from, double to, int panels) const {
    return area(GetParam().curve, from, to, panels);
  }
  double simpson(int panels) const { return simpson(GetParam().from, GetParam().to, panels); }
};

TEST_P(AreaTest, EqualsTheClosedForm) { EXPECT_NEAR(simpson(kManyPanels), GetParam().area, 1e-10); }

TEST_P(AreaTest, DoesNotDependOnTheNumberOfPanels) {
  for (int panels = kManyPanels / 1024; panels <= kManyPanels / 2; panels *= 2) {
    SCOPED_TRACE(panels);
    EXPECT_NEAR(simpson(panels), GetParam().area, 1e-10);
  }
}

TEST_P(AreaTest, IsTheSumOfItsHalves) {
  const double middle = (GetParam().from + GetParam().to) / 2;
  EXPECT_NEAR(simpson(GetParam().from, middle, kManyPanels / 2) +
                  simpson(middle, GetParam().to, kManyPanels / 2),
              simpson(kManyPanels), 1e-10);
}

TEST_P(AreaTest, ChangesSignWithTheDirection) {
  EXPECT_NEAR(simpson(GetParam().to, GetParam().from, kManyPanels), -GetParam().area, 1e-10);
}

std::string name_of_curve(const testing::TestParamInfo<KnownArea>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Curve, AreaTest, testing::ValuesIn(kKnownAreas), name_of_curve);

// ---- Something to wait for: a kettle ----------------------------------------------------------

class Kettle {
 public:
  explicit Kettle(milliseconds time_to_boil) : time_to_boil_(time_to_boil) {}

  void switch_on() { boils_at_ = steady_clock::now() + time_to_boil_; }
  void switch_off() { boils_at_ = steady_clock::time_point::max(); }
  bool is_boiling() const { return steady_clock::now() >= boils_at_; }

  void wait_for_whistle() const { std::this_thread::sleep_until(boils_at_); }

 private:
  milliseconds time_to_boil_;
  steady_clock::time_point boils_at_ = steady_clock::time_point::max();
};

class KettleTest : public testing::TestWithParam<int> {
 protected:
  const milliseconds time_to_boil_{GetParam()};
  Kettle kettle_{time_to_boil_};
};

TEST_P(KettleTest, BoilsWhenItWhistles) {
  kettle_.switch_on();
  kettle_.wait_for_whistle();
  EXPECT_TRUE(kettle_.is_boiling());
}

TEST_P(KettleTest, TakesItsTime) {
  const auto start = steady_clock::now();
  kettle_.switch_on();
  kettle_.wait_for_whistle();
  EXPECT_GE(steady_clock::now() - start, time_to_boil_);
}

TEST_P(KettleTest, StaysColdWhenSwitchedOff) {
  kettle_.switch_on();
  kettle_.switch_off();
  std::this_thread::sleep_for(time_to_boil_);
  EXPECT_FALSE(kettle_.is_boiling());
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, KettleTest,
                         testing::Values(5, 10, 15, 20, 25, 30, 35, 40, 50, 60));

// ---- A fixture whose SetUp is the expensive part ------------------------------------------------

class TeaTest : public testing::Test {
 protected:
  void SetUp() override {
    kettle_.switch_on();
    kettle_.wait_for_whistle();
  }

  double temperature_after(double minutes) const { return 20 + 80 * std::exp(-minutes / 15); }

  Kettle kettle_{20ms};
};

TEST_F(TeaTest, IsMadeWithBoilingWater) { EXPECT_TRUE(kettle_.is_boiling()); }
TEST_F(TeaTest, IsTooHotAtFirst) { EXPECT_GT(temperature_after(0), 65); }
TEST_F(TeaTest, IsJustRightAfterTenMinutes) { EXPECT_NEAR(temperature_after(10), 60, 5); }
TEST_F(TeaTest, IsForgottenAfterAnHour) { EXPECT_LT(temperature_after(60), 25); }
TEST_F(TeaTest, NeverGetsColderThanTheRoom) { EXPECT_GE(temperature_after(600), 20); }
TEST_F(TeaTest, CanBeMadeAgain) {
  kettle_.switch_off();
  EXPECT_FALSE(kettle_.is_boiling());
  SetUp();
  EXPECT_TRUE(kettle_.is_boiling());
}

}  // namespace
