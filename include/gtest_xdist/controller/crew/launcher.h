// Starts workers: the same binary and command line, with a changed environment.
//
// Layer: controller/crew. Does not watch the processes that it starts.
#ifndef GTEST_XDIST_CONTROLLER_CREW_LAUNCHER_H_
#define GTEST_XDIST_CONTROLLER_CREW_LAUNCHER_H_

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest_xdist/controller/node/worker_node.h"
#include "gtest_xdist/core/identity.h"
#include "gtest_xdist/core/messages/handshake.h"
#include "gtest_xdist/core/settings/options.h"
#include "gtest_xdist/core/wire/codec.h"
#include "gtest_xdist/process/child_process.h"
#include "gtest_xdist/process/descriptor_limit.h"
#include "gtest_xdist/process/files/descriptor.h"
#include "gtest_xdist/process/files/parcel.h"
#include "gtest_xdist/process/files/temp_directory.h"
#include "gtest_xdist/process/output/output_file.h"
#include "gtest_xdist/process/self.h"
#include "gtest_xdist/process/standard_input.h"
#include "gtest_xdist/transport/segment.h"

namespace gtest_xdist::internal {

// What all workers of a session have in common.
struct LaunchTerms {
  unsigned workers;  // how many there are at a time
  unsigned run;      // the number of the RUN_ALL_TESTS
  std::shared_ptr<const TempDirectory> directory;
  std::uint64_t output_limit = OutputFile::kNoLimit;  // of each OutputFile that is captured
  bool is_captured = true;                            // otherwise output is shown at once
  std::vector<int> withheld = {};                     // descriptors that no worker gets
  const StandardInput* input = nullptr;               // null: workers find nothing to read
};

// Keeps the session's temporary directory.
class Launcher {
 public:
  // `self` and `environment` describe this process at its start. Throws std::runtime_error.
  Launcher(const Self& self, Environment environment, LaunchTerms terms)
      : self_(self),
        terms_(std::move(terms)),
        one_stream_(same_file(STDOUT_FILENO, STDERR_FILENO)),
        users_limit_(make_room_for_workers(
            terms_.workers, std::size_t{kUsualRestarts} * terms_.workers, one_stream_ ? 1 : 2)) {
    // Some file systems have no FIFO. Then only the death signal ends the workers of a dead
    // controller.
    const std::string alive = directory() + kLifeSign;
    if (::mkfifo(alive.c_str(), S_IRUSR | S_IWUSR) == 0) {
      alive_ = Descriptor(::open(alive.c_str(), O_RDWR | O_CLOEXEC));
    }
    if (!terms_.is_captured) terms_.output_limit = OutputFile::kNoLimit;
    // GTEST_XDIST_* variables are for the controller. A worker gets its own value of TEST_TMPDIR
    // and TEST_PREMATURE_EXIT_FILE.
    for (auto& entry : environment) {
      const bool is_exit_file = entry.first == "TEST_PREMATURE_EXIT_FILE";
      has_premature_exit_file_ |= is_exit_file;
      if (is_exit_file || entry.first == "TEST_TMPDIR") continue;
      if (entry.first.rfind(kVariablePrefix, 0) != 0) environment_.push_back(std::move(entry));
    }
    environment_.emplace_back(kWorkerCountVariable, std::to_string(terms_.workers));
    environment_.emplace_back(kTestrunuidVariable, testrun_uid());
  }

  // Starts the process of `node` for so many iterations; 0: without end. `seed` is gtest's random
  // seed in this process. Throws std::runtime_error.
  void launch(WorkerNode& node, Segment& segment, unsigned iterations, int seed) const {
    const std::string own_directory = terms_.directory->make_directory(node.name());
    node.output.out = OutputFile::create(directory(), terms_.output_limit);
    if (!one_stream_) node.output.err = OutputFile::create(directory(), terms_.output_limit);
    if (!terms_.is_captured) node.live.emplace(node.name(), node.output, node.slot());

    std::string bytes;
    Encoder encode(bytes);
    encode(node.controller.workerinput);
    const Parcel input = Parcel::pack(bytes);

    Handshake handshake;
    handshake.segment = static_cast<unsigned>(segment.descriptor());
    handshake.input = static_cast<unsigned>(input.descriptor());
    handshake.slot = node.slot_number();
    handshake.controller = static_cast<unsigned>(::getpid());
    handshake.run = terms_.run;
    handshake.iterations = iterations;
    handshake.seed = static_cast<unsigned>(seed);
    handshake.directory = directory();

    Environment environment = environment_;
    environment.emplace_back(kWorkerVariable, node.name());
    environment.emplace_back(kPrivateVariable, handshake.format());
    // Each worker has its own temporary directory, so tests that use the same name do not collide.
    environment.emplace_back("TEST_TMPDIR", own_directory);
    if (has_premature_exit_file_) {
      environment.emplace_back("TEST_PREMATURE_EXIT_FILE", own_directory + "/premature_exit");
    }

    const Descriptor file_to_read =
        terms_.input == nullptr ? Descriptor() : terms_.input->open_again();

    LaunchPlan plan;
    plan.executable = self_.startable();
    plan.arguments = self_.arguments;
    for (const auto& [name, value] : environment) plan.environment.push_back(name + "=" + value);
    plan.directory = self_.way_back();
    plan.standard_input = file_to_read.number();
    plan.standard_output = node.output.out_descriptor();
    plan.standard_error = node.output.err_descriptor();
    plan.descriptor_limit = users_limit_;
    plan.inherited = {segment.descriptor(), input.descriptor()};
    plan.withheld = terms_.withheld;
    node.process = std::make_unique<ChildProcess>(plan);
  }

  // Whether the output of workers is kept until its report is played back.
  bool is_captured() const { return terms_.is_captured; }

  // Removes the session's temporary directory early. No worker must be left.
  void remove_directory() const { terms_.directory->remove(); }

  // The directory of the workers' output files and temporary directories.
  const std::string& directory() const { return terms_.directory->path(); }

  // The command that runs `tests` again, in their order, in one process.
  std::string reproduction(const std::vector<TestIndex>& tests) const {
    return std::string(kIndicesVariable) + "=" + format_index_list(tests) + " " +
           quote_command(self_.arguments);
  }

 private:
  const Self& self_;
  Environment environment_;
  LaunchTerms terms_;
  Descriptor alive_;  // closed by the death of this process
  bool one_stream_;
  bool has_premature_exit_file_ = false;
  std::optional<rlim_t> users_limit_;  // the user's, of open files, if it was raised
};

}  // namespace gtest_xdist::internal

#endif  // GTEST_XDIST_CONTROLLER_CREW_LAUNCHER_H_
