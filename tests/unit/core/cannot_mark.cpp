// Marks of groups and locks that must not compile: see cannot_travel.cpp.
#include "gtest_xdist/core/groups.h"
#include "gtest_xdist/core/locks.h"

#if defined(TRY_NO_NAME)
GTEST_XDIST_GROUP("", "A.*");
#elif defined(TRY_NO_FILTER)
GTEST_XDIST_GROUP("a", "");
#elif defined(TRY_NO_LOCK)
GTEST_XDIST_LOCK("", "A.*");
#elif defined(TRY_NO_FILTER_OF_LOCK)
GTEST_XDIST_LOCK("a", "");
#elif defined(TRY_NO_FILTER_OF_SERIAL)
GTEST_XDIST_SERIAL("");
#else
GTEST_XDIST_GROUP("a", "A.*");
GTEST_XDIST_LOCK("a", "A.*");
GTEST_XDIST_SERIAL("A.*");
#endif
