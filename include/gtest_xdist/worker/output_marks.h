// OutputMarks: finds which part of a worker's output files belongs to which user code.
//
// Layer: worker. A worker's standard output and error are append-only files. A region is opened
// before user code runs and closed after it. What the files have grown by in between is the output
// of that code. Does not know which code it is.
#ifndef GTEST_XDIST_WORKER_OUTPUT_MARKS_H_
#define GTEST_XDIST_WORKER_OUTPUT_MARKS_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <iostream>
#include <utility>

#include "gtest_xdist/core/tests/report.h"
#include "gtest_xdist/os/os.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/transport/worker_slot.h"

namespace gtest_xdist::internal {

class OutputMarks {
 public:
  // Keeps its own descriptors of the two files, because tests close and redirect theirs. Writes to
  // `slot` where a region begins, for the case that the process dies in it.
  explicit OutputMarks(WorkerSlot& slot)
      : slot_(slot),
        out_(keep(STDOUT_FILENO)),
        err_(keep(STDERR_FILENO)),
        out_inode_(inode_of(STDOUT_FILENO)),
        err_inode_(inode_of(STDERR_FILENO)),
        one_file_(same_file(STDOUT_FILENO, STDERR_FILENO)) {}

  // Makes standard output and error lead to the two files again, if main has redirected them. In
  // the controller main has redirected them too, and the controller prints what the files hold.
  // Output that main has not flushed goes to the files as well, outside of any region.
  void take_streams_back() {
    take_back(out_, STDOUT_FILENO);
    take_back(err_, STDERR_FILENO);
  }

  void open() {
    open_at(position());
    tell_region(begin_);
  }

  // Goes on with a region after pause(). What was printed meanwhile is not part of it, unless the
  // process has other threads, which may have printed it.
  void reopen() {
    const Position now = position();
    const bool grown = now.out != end_.out || now.err != end_.err;
    open_at(grown && os::has_threads() ? end_ : now);
  }

  // Goes on with a region after pause(). What was printed meanwhile is part of it.
  void resume() { open_at(end_); }

  bool is_open() const { return is_open_; }

  // Returns what was printed since open(), reopen() or resume(); nothing if no region is open.
  OutputSlice close() {
    if (!is_open_) return {};
    const OutputSlice slice = pause();
    tell_region(end_);
    return slice;
  }

  // Whether output was lost since the last call.
  bool take_loss() { return std::exchange(has_lost_, false); }

  // As close(), but the region goes on after it. For the time in which listeners hear of an
  // assertion.
  OutputSlice pause() {
    if (!std::exchange(is_open_, false)) return {};
    end_ = position();
    tell_begin(end_);
    return {{begin_.out, end_.out}, {begin_.err, end_.err}};
  }

 private:
  struct Position {
    std::uint64_t out = 0;
    std::uint64_t err = 0;
  };

  void open_at(Position begin) {
    tell_begin(begin);
    begin_ = begin;
    is_open_ = true;
  }

  void tell_begin(Position begin) {
    slot_.out_begin.store(begin.out, std::memory_order_relaxed);
    slot_.err_begin.store(begin.err, std::memory_order_relaxed);
  }

  // Called before anything of the region is printed. Pairs with the load in WorkerOutput::trim(): a
  // process that sees that the file has grown by output of the region also sees this value.
  void tell_region(Position begin) {
    slot_.out_region.exchange(begin.out, std::memory_order_seq_cst);
    slot_.err_region.exchange(begin.err, std::memory_order_seq_cst);
  }

  // Takes high numbers: a test may expect the low ones to be free.
  static Descriptor keep(int descriptor) {
    constexpr int kLowest = 500;
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, kLowest);
    return Descriptor(copy >= 0 ? copy : ::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  }

  static void take_back(const Descriptor& file, int usual_number) {
    if (file.valid() && !same_file(file.number(), usual_number)) {
      ::dup2(file.number(), usual_number);
    }
  }

  static ::ino_t inode_of(int descriptor) {
    struct ::stat status {};
    return ::fstat(descriptor, &status) == 0 ? status.st_ino : 0;
  }

  // Files only grow, unless a test empties them. If a test has closed our descriptor, or there is
  // none, the file is still there under its usual number.
  void measure(Descriptor& file, ::ino_t inode, int usual_number, std::uint64_t& size) {
    struct ::stat status {};
    if (::fstat(file.number(), &status) != 0) {
      file.forget();
      file = keep(usual_number);
      if (::fstat(file.valid() ? file.number() : usual_number, &status) != 0) return;
    }
    const auto now = static_cast<std::uint64_t>(status.st_size);
    // Later output is not where the controller looks for it.
    if (now < size && status.st_ino == inode) slot_.output_emptied = 1;
    size = std::max(size, now);
  }

  // Some output is not in the files, and the program may not have checked its writes. `error` may
  // be that of a later call: of an earlier write only a full disk can still be found.
  void tell_loss(int error) {
    struct ::statvfs system {};
    const bool is_disk = ::fstatvfs(out_.number(), &system) == 0 && system.f_blocks > 0;
    if (is_disk && system.f_bavail == 0) error = ENOSPC;
    if (!is_loss(error)) return;
    slot_.output_error.store(error, std::memory_order_relaxed);
    has_lost_ = true;
  }

  // A stream that could not write to one of the files would write nothing any more, though what
  // follows may have room again. True if `stream` or a twin is such a one; then they can write
  // again. One that leads elsewhere, or that the program has silenced, stays as in a serial run.
  static bool go_on(std::FILE* stream, std::initializer_list<std::ostream*> twins, int error,
                    const Descriptor& file, int usual_number) {
    bool has_failed = std::ferror(stream) != 0;
    for (const std::ostream* twin : twins) has_failed |= twin->bad() && is_loss(error);
    if (!has_failed || !same_file(file.number(), usual_number)) return false;
    std::clearerr(stream);
    for (std::ostream* twin : twins) twin->clear();
    return true;
  }

  Position position() {
    const int error_of_test = errno;
    errno = 0;
    std::cout.flush();
    std::clog.flush();
    const bool is_flushed = std::fflush(stdout) == 0 && std::fflush(stderr) == 0;
    if (!is_flushed || std::ferror(stdout) != 0 || std::ferror(stderr) != 0 || std::cout.bad()) {
      const int error = is_loss(errno) ? errno : error_of_test;
      const Descriptor& err_file = one_file_ ? out_ : err_;
      const bool out = go_on(stdout, {&std::cout}, error, out_, STDOUT_FILENO);
      const bool err = go_on(stderr, {&std::cerr, &std::clog}, error, err_file, STDERR_FILENO);
      // The test may have hidden the error by later calls.
      tell_loss((out || err) && !is_loss(error) ? EIO : error);
    }
    measure(out_, out_inode_, STDOUT_FILENO, last_.out);
    if (!one_file_) measure(err_, err_inode_, STDERR_FILENO, last_.err);
    return last_;
  }

  WorkerSlot& slot_;
  Descriptor out_;
  Descriptor err_;
  const ::ino_t out_inode_;
  const ::ino_t err_inode_;
  const bool one_file_;
  bool is_open_ = false;
  bool has_lost_ = false;
  Position begin_;
  Position end_;   // of the region that was closed or paused last
  Position last_;  // the last one measured
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_WORKER_OUTPUT_MARKS_H_
