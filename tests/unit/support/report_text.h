// A report as one line of text, so that a test can compare all of it.
#ifndef SUPPORT_REPORT_TEXT_H_
#define SUPPORT_REPORT_TEXT_H_

#include <string>

#include "gtest_xdist/core/tests/report.h"

namespace gtest_xdist {

// "gw1 prints 0-10; gw1 says broken; gw0 prints 5-9 and says worse; gw1 writes a line".
inline std::string text(const Report& report) {
  std::string all;
  for (const Step& step : report.steps) {
    if (!all.empty()) all += "; ";
    all += "gw" + std::to_string(step.worker);
    const ByteRange& out = step.output.out;
    if (!out.empty()) all += " prints " + std::to_string(out.begin) + "-" + std::to_string(out.end);
    if (!out.empty() && step.has_part) all += " and";
    if (step.has_part) all += " says " + step.part.message;
    if (!step.text.empty()) all += " writes " + step.text;
  }
  return all;
}

}  // namespace gtest_xdist

#endif  // SUPPORT_REPORT_TEXT_H_
