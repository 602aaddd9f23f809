// Marks of groups that must not compile: see cannot_travel.cpp.
#include "gtest_xdist/core/groups.h"

#if defined(TRY_NO_NAME)
GTEST_XDIST_GROUP("", "A.*");
#elif defined(TRY_NO_FILTER)
GTEST_XDIST_GROUP("a", "");
#else
GTEST_XDIST_GROUP("a", "A.*");
#endif
