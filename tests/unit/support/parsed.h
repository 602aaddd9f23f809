// Variables, read as a program reads them when it starts.
#ifndef SUPPORT_PARSED_H_
#define SUPPORT_PARSED_H_

#include <string>

#include "gtest_xdist/core/settings/variables.h"

#include "support/thrown.h"

namespace gtest_xdist::internal {

inline Options parsed(const std::string& name, const std::string& value) {
  return parse_options({{"HOME", "/root"}, {name, value}, {"PATH", ""}});
}

inline std::string usage_error(const Environment& environment) {
  return text_of_thrown<UsageError>([&] { parse_options(environment); });
}

}  // namespace gtest_xdist::internal

#endif  // SUPPORT_PARSED_H_
