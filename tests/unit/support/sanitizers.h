// What a test cannot show under a sanitizer.
#ifndef SUPPORT_SANITIZERS_H_
#define SUPPORT_SANITIZERS_H_

namespace gtest_xdist {

#if defined(__SANITIZE_THREAD__)
#define SUPPORT_THREAD_SANITIZER true
#elif defined(__has_feature)
#define SUPPORT_THREAD_SANITIZER __has_feature(thread_sanitizer)
#else
#define SUPPORT_THREAD_SANITIZER false
#endif

// ThreadSanitizer makes a fork() of every vfork(), so that the parent does not see what the child
// writes.
inline constexpr bool kVforkSharesMemory = !SUPPORT_THREAD_SANITIZER;

#undef SUPPORT_THREAD_SANITIZER

}  // namespace gtest_xdist

#endif  // SUPPORT_SANITIZERS_H_
