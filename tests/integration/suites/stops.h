// What the two files of the suite `stops` share.
#pragma once

#include "support.h"

/// The body of a test that fails: the `number`-th to do so.
void fail(int number);

/// The body of a test that crashes: at once, or when all others wait, if $CRASHES_LAST is set.
void crash();
