// What a test cannot show under a sanitizer, and how much less it shows.
#ifndef SUPPORT_SANITIZERS_H_
#define SUPPORT_SANITIZERS_H_

namespace gtest_xdist {

#if defined(__has_feature)
#define SUPPORT_SANITIZER(name) __has_feature(name)
#else
#define SUPPORT_SANITIZER(name) false
#endif
#if defined(__SANITIZE_THREAD__) || SUPPORT_SANITIZER(thread_sanitizer)
#define SUPPORT_THREAD_SANITIZER true
#else
#define SUPPORT_THREAD_SANITIZER false
#endif
#if defined(__SANITIZE_ADDRESS__) || SUPPORT_SANITIZER(address_sanitizer)
#define SUPPORT_ADDRESS_SANITIZER true
#else
#define SUPPORT_ADDRESS_SANITIZER false
#endif

// ThreadSanitizer makes a fork() of every vfork(), so that the parent does not see what the child
// writes.
inline constexpr bool kVforkSharesMemory = !SUPPORT_THREAD_SANITIZER;

// ThreadSanitizer calls handlers itself, when it sees fit.
inline constexpr bool kCallsHandlersAtOnce = !SUPPORT_THREAD_SANITIZER;

// UndefinedBehaviorSanitizer, which goes with AddressSanitizer here, asks a pipe of its own whether
// an object can be read.
inline constexpr bool kRunsWithoutDescriptors = !SUPPORT_ADDRESS_SANITIZER;

// How many random cases to try instead of `count`. A sanitizer sees after a few what code that
// depends on nothing else does, and makes each take ten times as long.
inline constexpr int random_cases(int count) {
  return SUPPORT_THREAD_SANITIZER || SUPPORT_ADDRESS_SANITIZER ? count / 10 : count;
}

#undef SUPPORT_ADDRESS_SANITIZER
#undef SUPPORT_THREAD_SANITIZER
#undef SUPPORT_SANITIZER

}  // namespace gtest_xdist

#endif  // SUPPORT_SANITIZERS_H_
