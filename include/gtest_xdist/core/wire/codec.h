// The binary form in which values travel between processes.
//
// Layer: core/wire (standard library only). encoder.h writes it and decoder.h reads it, each the
// other's mirror. The bytes name neither types nor fields: only who knows what was written can read
// them.
//
// What travels: bool, integers, enums, float and double, std::string, std::vector, std::optional,
// std::pair, std::tuple, std::map, and structs, in one another as you like. A struct takes part by
// one function beside it, which names its members in order:
//
//     struct Sample { std::string name; std::uint64_t bytes = 0; };
//     template <class Visitor> void visit_fields(Visitor& visit, Sample& s) {
//       visit(s.name);
//       visit(s.bytes);
//     }
//
// An enum takes part by a function `bool is_valid(E)` beside it.
#ifndef GTEST_XDIST_CORE_WIRE_CODEC_H_
#define GTEST_XDIST_CORE_WIRE_CODEC_H_

#include "gtest_xdist/core/wire/decoder.h"
#include "gtest_xdist/core/wire/encoder.h"

#endif  // GTEST_XDIST_CORE_WIRE_CODEC_H_
