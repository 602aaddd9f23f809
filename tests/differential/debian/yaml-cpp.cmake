# yaml-cpp: hundreds of tiny tests with mocks, against the shared library.
build_debian_suites(yaml-cpp PROJECT YAML_CPP TARGETS yaml-cpp-tests
                    CACHE YAML_CPP_BUILD_TESTS=ON YAML_CPP_BUILD_TOOLS=OFF YAML_BUILD_SHARED_LIBS=ON NEEDS googletest UNOPTIMISED)
compare_debian_suite(yaml-cpp yaml-cpp-tests)
