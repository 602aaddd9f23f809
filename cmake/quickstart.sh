#!/usr/bin/env bash
# From a fresh clone to running tests, on a machine where nothing is installed yet.
set -euo pipefail

usage() {
  cat >&2 <<'TEXT'
usage: cmake/quickstart.sh demo|test|bench [compile]

  demo    build a small suite, run it serially and with workers, show both times
  test    build everything and run all tests
  bench   build for speed and run the benchmark; `bench compile`: how long the headers take to compile

Missing Debian packages are installed first (as root, or with sudo if it asks no password).
QUICKSTART_PRESET=<name> makes `test` use another preset of CMakePresets.json than dev.
TEXT
  exit 2
}

case $* in demo | test | bench | 'bench compile') ;; *) usage ;; esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# build PRESET [ARGUMENT OF THE BUILD STEP...]
build() {
  local preset=$1
  shift
  (
    cd "$root"
    cmake --preset "$preset"
    cmake --build --preset "$preset" --parallel "$(nproc)" "$@"
  )
}

# As many workers as this process may use, but two where that is one: half of the demo only waits.
demo_workers() {
  local quota=max period=1
  if [ -r /sys/fs/cgroup/cpu.max ]; then
    read -r quota period </sys/fs/cgroup/cpu.max
  fi
  if [ "$(nproc)" -lt 2 ] || { [ "$quota" != max ] && [ "$quota" -lt $((2 * period)) ]; }; then
    echo 2
  else
    echo auto
  fi
}

# timed_run [VARIABLE=VALUE...]: runs the demo suite and leaves the milliseconds it took in $elapsed.
timed_run() {
  local log=$root/build/demo/demo_output.txt start end
  start=$(date +%s%N)
  if ! env -u GTEST_XDIST_WORKERS "$@" "$root/build/demo/examples/demo_suite" >"$log" 2>&1; then
    cat "$log" >&2
    echo "error: the demo suite failed" >&2
    exit 1
  fi
  end=$(date +%s%N)
  elapsed=$(((end - start) / 1000000))
  passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) .*/\1/p' "$log")
}

seconds() {
  printf '%d.%02d s' $(($1 / 1000)) $(($1 % 1000 / 10))
}

demo() {
  build demo

  local workers serial parallel speedup
  workers=$(demo_workers)
  echo
  echo "\$ ./demo_suite"
  timed_run
  serial=$elapsed
  printf '  %s tests passed in %s\n\n' "$passed" "$(seconds "$serial")"

  echo "\$ GTEST_XDIST_WORKERS=$workers ./demo_suite"
  timed_run "GTEST_XDIST_WORKERS=$workers"
  parallel=$elapsed
  printf '  %s tests passed in %s\n\n' "$passed" "$(seconds "$parallel")"

  speedup=$((serial * 10 / (parallel > 0 ? parallel : 1)))
  echo "$((speedup / 10)).$((speedup % 10)) times as fast, on $(nproc) CPUs. Try it yourself:"
  echo "  GTEST_XDIST_WORKERS=4 $root/build/demo/examples/demo_suite"
}

"$root/cmake/install_packages.sh" g++ cmake make ninja-build libgtest-dev libgmock-dev \
  libboost-dev googletest python3

case $* in
  demo) demo ;;
  test)
    preset=${QUICKSTART_PRESET:-dev}
    build "$preset"
    # Most tests wait.
    ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error \
      --parallel $((3 * $(nproc)))
    ;;
  bench)
    build release --target benchmark_suites
    "$root/tests/benchmark/run" "$root/build/release"
    ;;
  'bench compile') "$root/tests/benchmark/compile" ;;
esac
