# MessagePack for C: small binaries in C++ for a library in C, with temporary files.
set(suites buffer_c fixint_c msgpack_c pack_unpack_c streaming_c)
build_debian_suites(msgpack-c PROJECT msgpack TARGETS ${suites} CACHE MSGPACK_BUILD_EXAMPLES=OFF NEEDS zlib1g-dev)
foreach(suite IN LISTS suites)
  compare_debian_suite(msgpack-c ${suite})
endforeach()
