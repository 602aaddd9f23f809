#!/bin/sh
# gtest_xdist-run_test.sh REPORT PROCESSORS NAME=VALUE... -- COMMAND...
# A test of gtest_xdist_add_test() runs this. It runs COMMAND, which must write the XML report REPORT,
# with the variables. COMMAND has no more workers than PROCESSORS, and no more than ctest may start.
# The exit status is COMMAND's. If COMMAND fails, the failed tests are named for ctest and CDash.
set -u

report=$1
processors=$2
shift 2
while [ "$1" != -- ]; do
  export "${1?}"
  shift
done
shift

# How many processes ctest runs at once, if a user has set it. ctest also starts a test with more
# PROCESSORS than that, alone.
parallel_level() {
  level=${CTEST_PARALLEL_LEVEL-}
  next=
  # As long as the shell that runs this lives, this is ctest's.
  words=$({ tr '\0' '\n' <"/proc/$PPID/cmdline"; } 2>/dev/null) || words=
  case ${words%%
*} in
    ctest* | */ctest*) ;;
    *) return ;;
  esac
  while IFS= read -r word; do
    [ -z "$next" ] || level=$word
    next=
    case $word in
      -j | --parallel) next=level ;;
      -j*) level=${word#-j} ;;
      --parallel=*) level=${word#--parallel=} ;;
    esac
  done <<WORDS
$words
WORDS
  echo "$level"
}

# is_count TEXT: whether it is one that GTEST_XDIST_MAXPROCESSES may have.
is_count() {
  case $1 in
    '' | 0* | *[!0-9]* | ?????*) return 1 ;;
    *) [ "$1" -le 1024 ] ;;
  esac
}

# at_most TEXT: lowers $processors to it, if it is a count.
at_most() {
  if is_count "$1" && [ "$1" -lt "$processors" ]; then
    processors=$1
  fi
}
at_most "$(parallel_level)"
at_most "${GTEST_XDIST_MAXPROCESSES-}"
# Anything else is for COMMAND to refuse.
if is_count "${GTEST_XDIST_MAXPROCESSES:-1}"; then
  export GTEST_XDIST_MAXPROCESSES="$processors"
fi

rm -f "$report"
"$@"
status=$?
[ "$status" -ne 0 ] || exit 0

# Text in CDATA was printed by a test. Entities are GoogleTest's.
summary=$(awk '
  function attribute(element, name, text) {
    text = substr($0, index($0, "<" element " "))
    text = substr(text, index(text, " " name "=\"") + length(name) + 3)
    text = substr(text, 1, index(text, "\"") - 1)
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text)
    gsub(/&apos;/, "\047", text); gsub(/&amp;/, "\\&", text)
    return text
  }
  !quoted && /^<testsuites / { tests = attribute("testsuites", "tests") }
  !quoted && /<testcase / {
    name = attribute("testcase", "classname") "." attribute("testcase", "name")
    known = 0
  }
  !quoted && /^ *<failure / && !known++ {
    if (name == ".") name = "what is outside of tests"
    if (++failed <= 20) names = names (failed == 1 ? "" : ", ") name
  }
  {
    rest = $0
    while (place = index(rest, mark = quoted ? "]]>" : "<![CDATA[")) {
      quoted = !quoted
      rest = substr(rest, place + length(mark))
    }
  }
  END {
    if (failed > 20) names = names ", and " failed - 20 " more"
    if (failed) print failed " of " tests " failed: " names
    else if (NR) print "no test failed"
  }' "$report" 2>/dev/null)

echo
echo "gtest_xdist_add_test: exit status $status; ${summary:-there is no report}"
# For CDash, from CMake 3.21 on; ctest takes it out of what it shows.
echo "<CTestDetails>Exit status $status; ${summary:-there is no report}</CTestDetails>"
exit "$status"
