# The C++ core guidelines' library: what ends the program is tested by death tests.
build_debian_suites(ms-gsl PROJECT GSL TARGETS gsl_tests NEEDS pkgconf)
compare_debian_suite(ms-gsl gsl_tests)
