// The binary form in which values travel between processes.
//
// Layer: core/wire (standard library only). encoder.h writes it and decoder.h reads it, as mirror
// images. The bytes name neither types nor fields: a reader must know the types that were written.
//
// These types travel: bool, integers, enums, float and double, std::string, std::vector,
// std::optional, std::pair, std::tuple, std::map, and structs, nested in any way. A struct needs
// one function beside it that names its members in order:
//
//     struct Sample { std::string name; std::uint64_t bytes = 0; };
//     template <class Visitor> void visit_fields(Visitor& visit, Sample& s) {
//       visit(s.name);
//       visit(s.bytes);
//     }
//
// An enum E needs a function `bool is_valid(E)` beside it.
#ifndef GTEST_XDIST_CORE_WIRE_CODEC_H_
#define GTEST_XDIST_CORE_WIRE_CODEC_H_

#include "gtest_xdist/core/wire/decoder.h"
#include "gtest_xdist/core/wire/encoder.h"

#endif  // GTEST_XDIST_CORE_WIRE_CODEC_H_
