// Makes the text of the status line, which fits into the columns of the terminal.
//
// Layer: controller/view. Pure: values in, text out.
#ifndef GTEST_XDIST_CONTROLLER_VIEW_STATUS_LINE_H_
#define GTEST_XDIST_CONTROLLER_VIEW_STATUS_LINE_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gtest_xdist/controller/results/run_tally.h"
#include "gtest_xdist/core/lean/sorted_order.h"
#include "gtest_xdist/core/text/text.h"
#include "gtest_xdist/core/text/time_text.h"

namespace gtest_xdist::internal {

// What a worker is doing.
struct Activity {
  std::string worker;  // "gw1"
  std::string what;    // "Suite.Test"
  std::chrono::seconds age{0};
};

// What the line shows.
struct RunStatus {
  RunTally tally;
  std::chrono::seconds elapsed{0};
  std::vector<Activity> running;  // of workers that are not idle, by number
};

// How many columns a text takes: one for each character of UTF-8. (Fonts make some wider.)
inline std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// The text, cut to `columns`. A cut text ends with "...", unless there is no room for it.
inline std::string cut_to(std::string_view text, std::size_t columns) {
  constexpr std::string_view kDots = "...";
  if (columns_of(text) <= columns) return std::string(text);
  const bool has_dots = columns > 2 * kDots.size();
  const std::size_t kept = has_dots ? columns - kDots.size() : columns;
  std::size_t end = 0;
  while (columns_of(text.substr(0, end + 1)) <= kept) ++end;
  return std::string(text.substr(0, end)) + (has_dots ? std::string(kDots) : "");
}

// How long the rest will take at the speed so far. Empty if that is unknown.
inline std::string describe_rest(const RunTally& tally, std::chrono::seconds elapsed) {
  if (tally.done == 0 || tally.done >= tally.all || elapsed.count() == 0) return {};
  const auto done = static_cast<std::int64_t>(tally.done);
  const auto left = static_cast<std::int64_t>(tally.all) - done;
  return ", ~" + describe_age(std::chrono::seconds((elapsed.count() * left + done - 1) / done)) +
         " left";
}

// "  gw1 Suite.Test 3s  gw0 Suite.Other 1s", in at most `width` columns. The oldest come first. If
// there is no room even for cut names, "  +2" stands for the rest.
inline std::string format_activities(std::vector<Activity> running, std::size_t width) {
  // In columns. A shorter part of a name is useless.
  constexpr std::size_t kLeastName = 12;
  put_in_order(running, sorted_order(running.size(), [&](std::size_t a, std::size_t b) {
                 return running[a].age > running[b].age;
               }));
  const auto others = [&](std::size_t shown) {
    const std::size_t left = running.size() - shown;
    return left == 0 ? std::string() : "  +" + std::to_string(left);
  };
  const auto begin = [](const Activity& activity) { return "  " + activity.worker + " "; };
  const auto end = [](const Activity& activity) { return " " + describe_age(activity.age); };

  std::size_t shown = 0;
  std::size_t frames = 0;  // columns of everything that is not a name
  std::size_t least = 0;   // columns that names need at least
  for (std::size_t i = 0, taken = 0, names = 0; i < running.size(); ++i) {
    taken += columns_of(begin(running[i])) + columns_of(end(running[i]));
    names += std::min(columns_of(running[i].what), kLeastName);
    if (taken + names > width) break;
    if (taken + names + others(i + 1).size() > width) continue;
    shown = i + 1;
    frames = taken;
    least = names;
  }
  const std::string rest = others(shown);
  if (frames + least + rest.size() > width) return {};

  const std::size_t room = width - frames - rest.size();
  const auto fits = [&](std::size_t longest) {
    std::size_t names = 0;
    for (std::size_t i = 0; i < shown; ++i) {
      names += std::min(columns_of(running[i].what), longest);
    }
    return names <= room;
  };
  std::size_t longest = kLeastName;
  while (longest < room && fits(longest + 1)) ++longest;

  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    text += begin(running[i]) + cut_to(running[i].what, longest) + end(running[i]);
  }
  return text + rest;
}

// "[42/812] 1 failed, 12s, ~3m40s left  gw1 Suite.Test 3s  gw0 Suite.Other 1s", in at most `width`
// columns. Items that do not fit are left out. `is_coloured`: failures are red.
inline std::string format_status_line(const RunStatus& status, std::size_t width,
                                      bool is_coloured) {
  const RunTally& tally = status.tally;
  std::string line =
      cut_to("[" + std::to_string(tally.done) + "/" + std::to_string(tally.all) + "]", width);
  std::size_t used = columns_of(line);
  const auto add = [&](const std::string& text, const char* before = "", const char* after = "") {
    if (used + columns_of(text) > width) return;
    used += columns_of(text);
    line += before + text + after;
  };
  const bool has_failed = tally.failed > 0;
  if (has_failed) {
    add(" " + std::to_string(tally.failed) + " failed", is_coloured ? "\033[31m" : "",
        is_coloured ? "\033[m" : "");
  }
  add((has_failed ? ", " : " ") + describe_age(status.elapsed));
  add(describe_rest(tally, status.elapsed));
  add(format_activities(status.running, width - used));
  return line;
}

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_VIEW_STATUS_LINE_H_
