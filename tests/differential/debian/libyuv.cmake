# libyuv: thousands of generated tests in one binary, with a main() that sets flags of its own.
build_debian_suites(libyuv PROJECT YUV TARGETS libyuv_unittest CACHE TEST=ON NEEDS libjpeg-dev)
compare_debian_suite(libyuv libyuv_unittest)
