// Standard output in large pieces: what is printed line by line, each line flushed, costs a system
// call for each.
//
// Layer: process. Nothing is reordered that goes through the C or the C++ streams; nothing else is
// changed than when it is written.
#ifndef GTEST_XDIST_PROCESS_OUTPUT_BATCH_H_
#define GTEST_XDIST_PROCESS_OUTPUT_BATCH_H_

#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <tuple>

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
#ifdef GTEST_XDIST_HAS_OUTPUT_BATCH

class OutputBatch {
 public:
  OutputBatch() {
    if (::isatty(STDOUT_FILENO) != 0 || !streams_are_usual()) return;
    std::fflush(stdout);
    is_active_ = is_any_active_ = true;
    streams().begin(same_file(STDOUT_FILENO, STDERR_FILENO));
  }
  OutputBatch(const OutputBatch&) = delete;
  OutputBatch& operator=(const OutputBatch&) = delete;
  ~OutputBatch() {
    if (!is_active_) return;
    streams().end();
    is_any_active_ = false;
  }

  // Writes what is held back. To be called before anything that blocks.
  void flush() {
    if (is_active_) streams().flush();
  }

  // The same, if there is a batch: for the case that the process ends in the middle of it.
  static void flush_current() {
    if (is_any_active_) streams().flush();
  }

 private:
  static constexpr std::size_t kMostHeldBack = 64 * 1024;  // bytes: as much as a pipe takes at once

  class Streams;

  // A C stream and the buffer of the C++ stream that belongs to it, which can stand in the place of
  // the usual ones.
  class Substitute {
   public:
    Substitute(Streams& owner, std::FILE*& place, std::ostream& cpp_stream)
        : owner_(owner),
          place_(place),
          usual_(place),
          stream_(::fopencookie(this, "w", {nullptr, &Substitute::write, nullptr, nullptr})),
          cpp_stream_(cpp_stream),
          usual_buffer_(cpp_stream.rdbuf()),
          buffer_(stream_) {}
    Substitute(const Substitute&) = delete;
    Substitute& operator=(const Substitute&) = delete;

    void begin() {
      place_ = stream_;
      cpp_stream_.rdbuf(&buffer_);
    }
    void end() {
      cpp_stream_.rdbuf(usual_buffer_);
      place_ = usual_;
      std::fflush(stream_);
    }

    std::FILE* stream() const { return stream_; }
    std::FILE* usual() const { return usual_; }
    std::streambuf* buffer() { return &buffer_; }

   private:
    static ::ssize_t write(void* self, const char* text, std::size_t size) {
      auto& substitute = *static_cast<Substitute*>(self);
      substitute.owner_.append(substitute.usual_, text, size);
      return static_cast<::ssize_t>(size);
    }

    Streams& owner_;
    std::FILE*& place_;
    std::FILE* const usual_;
    std::FILE* const stream_;
    std::ostream& cpp_stream_;
    std::streambuf* const usual_buffer_;
    __gnu_cxx::stdio_sync_filebuf<char> buffer_;
  };

  // Made once and never destroyed: another thread may be printing when a batch ends.
  class Streams {
   public:
    Streams() : out_(*this, stdout, std::cout), err_(*this, stderr, std::cerr) {
      std::setvbuf(err_.stream(), nullptr, _IONBF, 0);
    }

    void begin(bool with_errors) {
      const std::lock_guard<std::mutex> lock(mutex_);
      holds_back_ = true;
      text_.reserve(2 * kMostHeldBack);
      out_.begin();
      with_errors_ = with_errors;
      if (!with_errors_) return;
      err_.begin();
      log_buffer_ = std::clog.rdbuf(err_.buffer());
    }

    void end() {
      if (with_errors_) {
        std::clog.rdbuf(log_buffer_);
        err_.end();
      }
      out_.end();
      const std::lock_guard<std::mutex> lock(mutex_);
      write_out();
      holds_back_ = false;
    }

    void flush() {
      std::fflush(out_.stream());
      const std::lock_guard<std::mutex> lock(mutex_);
      write_out();
    }

    void append(std::FILE* usual, const char* text, std::size_t size) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!holds_back_) {
        std::fwrite(text, 1, size, usual);
        return;
      }
      // Somebody has kept the stream of the beginning, and printed there.
      if (::__fpending(out_.usual()) > 0) write_out();
      text_.append(text, size);
      if (text_.size() >= kMostHeldBack) write_out();
    }

   private:
    // What cannot be written is lost, as it is with a stream that is not asked for its errors.
    void write_out() {
      if (!holds_back_) return;
      (void)write_all(::fileno(out_.usual()), text_);
      text_.clear();
      std::fflush(out_.usual());
    }

    std::mutex mutex_;  // guards what follows, and what is written
    bool holds_back_ = false;
    std::string text_;

    Substitute out_;
    Substitute err_;
    bool with_errors_ = false;
    std::streambuf* log_buffer_ = nullptr;
  };

  static Streams& streams() {
    static Streams& streams = *new Streams;
    return streams;
  }

  // What the program prints to.
  using Destinations =
      std::tuple<std::FILE*, std::FILE*, std::streambuf*, std::streambuf*, std::streambuf*>;
  static Destinations destinations() {
    return {stdout, stderr, std::cout.rdbuf(), std::cerr.rdbuf(), std::clog.rdbuf()};
  }
  inline static const Destinations before_main_ = destinations();

  static bool streams_are_usual() { return destinations() == before_main_; }

  bool is_active_ = false;
  inline static bool is_any_active_ = false;
};

#else

class OutputBatch {
 public:
  void flush() {}
  static void flush_current() {}
};

#endif

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_PROCESS_OUTPUT_BATCH_H_
