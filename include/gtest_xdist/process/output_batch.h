// Standard output in large pieces: what is printed line by line, each line flushed, costs a system
// call for each.
//
// Layer: process. Nothing is reordered that goes through the C or the C++ streams; nothing else is
// changed than when it is written.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_BATCH_H_
#define GTEST_XDIST_PROCESS_OUTPUT_BATCH_H_

#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "gtest_xdist/process/descriptor.h"

#if defined(__GLIBC__) && defined(__GLIBCXX__)
#define GTEST_XDIST_HAS_OUTPUT_BATCH 1
#include <ext/stdio_sync_filebuf.h>
#include <stdio_ext.h>
#endif

namespace gtest_xdist::internal {

// While it lives, and until flush(), text for standard output is held back. One at a time; made and
// used by one thread, while any may print. Where the C library or the C++ library does not let
// streams be exchanged, where standard output is a terminal, and where somebody has exchanged the
// buffer of a C++ stream, it does nothing.
//
// What is written past the streams, by write(2) or by a process that is started, may come before
// what is held back.
class OutputBatch {
 public:
  OutputBatch() {
#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH
    if (::isatty(STDOUT_FILENO) != 0 || !streams_are_usual()) return;
    std::fflush(stdout);
    text_.reserve(2 * kMostHeldBack);
    out_.emplace(stdout, std::cout, *this);
    if (is_one_destination()) {
      std::setvbuf(err_.emplace(stderr, std::cerr, *this).stream(), nullptr, _IONBF, 0);
      log_buffer_ = std::clog.rdbuf(std::cerr.rdbuf());
    }
    current_ = this;
#endif
  }
  OutputBatch(const OutputBatch&) = delete;
  OutputBatch& operator=(const OutputBatch&) = delete;
  ~OutputBatch() {
#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH
    if (!out_) return;
    flush();
    current_ = nullptr;
    if (log_buffer_ != nullptr) std::clog.rdbuf(log_buffer_);
    err_.reset();
    out_.reset();
#endif
  }

  // Writes what is held back. To be called before anything that blocks.
  void flush() {
#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH
    if (!out_) return;
    std::fflush(out_->stream());
    const std::lock_guard<std::mutex> lock(mutex_);
    write_out();
#endif
  }

  // The same, if there is a batch: for the case that the process ends in the middle of it.
  static void flush_current() {
#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH
    if (current_ != nullptr) current_->flush();
#endif
  }

#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH

 private:
  static constexpr std::size_t kMostHeldBack = 64 * 1024;  // bytes: as much as a pipe takes at once

  // Exchanges a C stream and the buffer of the C++ stream that belongs to it, and puts them back.
  class Exchange {
   public:
    Exchange(std::FILE*& place, std::ostream& cpp_stream, OutputBatch& batch)
        : place_(place),
          stream_(::fopencookie(&batch, "w", {nullptr, &OutputBatch::hold_back, nullptr, nullptr})),
          buffer_(stream_),
          cpp_stream_(cpp_stream),
          usual_(std::exchange(place, stream_)),
          usual_buffer_(cpp_stream.rdbuf(&buffer_)) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() {
      cpp_stream_.rdbuf(usual_buffer_);
      place_ = usual_;
      std::fclose(stream_);
    }

    std::FILE* stream() const { return stream_; }
    std::FILE* usual() const { return usual_; }

   private:
    std::FILE*& place_;
    std::FILE* const stream_;
    __gnu_cxx::stdio_sync_filebuf<char> buffer_;
    std::ostream& cpp_stream_;
    std::FILE* const usual_;
    std::streambuf* const usual_buffer_;
  };

  static bool streams_are_usual() {
    return std::cout.rdbuf() == usual_buffers().out && std::cerr.rdbuf() == usual_buffers().err &&
           std::clog.rdbuf() == usual_buffers().log;
  }

  struct Buffers {
    std::streambuf* out = std::cout.rdbuf();
    std::streambuf* err = std::cerr.rdbuf();
    std::streambuf* log = std::clog.rdbuf();
  };
  // Those of the beginning of the program.
  static const Buffers& usual_buffers() {
    static const Buffers buffers;
    return buffers;
  }
  inline static const Buffers& buffers_before_main_ = usual_buffers();

  // Whether standard error goes where standard output goes.
  static bool is_one_destination() {
    struct ::stat out {};
    struct ::stat err {};
    return ::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0 &&
           out.st_dev == err.st_dev && out.st_ino == err.st_ino;
  }

  // What the exchanged streams write to.
  static ::ssize_t hold_back(void* batch, const char* text, std::size_t size) {
    static_cast<OutputBatch*>(batch)->append(text, size);
    return static_cast<::ssize_t>(size);
  }

  void append(const char* text, std::size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Somebody has kept the stream of the beginning, and printed there.
    if (::__fpending(out_->usual()) > 0) write_out();
    text_.append(text, size);
    if (text_.size() >= kMostHeldBack) write_out();
  }

  // What cannot be written is lost, as it is with a stream that is not asked for its errors.
  void write_out() {
    (void)write_all(::fileno(out_->usual()), text_);
    text_.clear();
    std::fflush(out_->usual());
  }

  std::mutex mutex_;  // guards text_ and what is written
  std::string text_;
  std::optional<Exchange> out_;
  std::optional<Exchange> err_;
  std::streambuf* log_buffer_ = nullptr;

  inline static OutputBatch* current_ = nullptr;
#endif
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_BATCH_H_
