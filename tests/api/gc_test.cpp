// Structs, arrays and i31 from the host: fields of every type, packed ones, bounds, immutability.
#include <array>

#include "world.hpp"

namespace weft_test {
namespace {

using weft::AnyRef;
using weft::ArrayRef;
using weft::ArrayType;
using weft::FieldType;
using weft::I31Ref;
using weft::StructRef;
using weft::StructType;

TEST(Structs, HaveFieldsOfEveryType) {
  World w;
  weft::V128 v;
  v.bytes[7] = 9;
  const StructType t = StructType::make(w.engine, {FieldType::i8(),
                                                   {WEFT_I64},
                                                   FieldType::i16(),
                                                   {WEFT_F32},
                                                   {WEFT_F64},
                                                   {WEFT_V128},
                                                   {WEFT_FUNCREF},
                                                   {WEFT_EXTERNREF},
                                                   {WEFT_ANYREF},
                                                   {WEFT_I32, false}})
                           .value();
  const Func f = Func::make(w.store, [] { return 5; }).value();
  const ExternRef e = ExternRef::make(w.store, 6).value();
  const StructRef s = StructRef::make(w.store, t,
                                      {0x1ff, int64_t{-2}, 0x12345, 1.5f, 2.5, v, f, e,
                                       I31Ref::make(w.store, 7), 8})
                          .value();
  EXPECT_EQ(s.size(w.store).value(), 10u);
  EXPECT_EQ(s.get(w.store, 0).value().i32(), 0xff);  // low bits, zero-extended
  EXPECT_EQ(s.get(w.store, 1).value().i64(), -2);
  EXPECT_EQ(s.get(w.store, 2).value().i32(), 0x2345);
  EXPECT_EQ(s.get(w.store, 3).value().f32(), 1.5f);
  EXPECT_EQ(s.get(w.store, 4).value().f64(), 2.5);
  EXPECT_EQ(s.get(w.store, 5).value().v128(), v);
  EXPECT_EQ(s.get(w.store, 6).value().func(), f);
  EXPECT_EQ(s.get(w.store, 7).value().externref(), e);
  EXPECT_EQ(I31Ref(s.get(w.store, 8).value().anyref().c_api()).get_s(w.store).value(), 7);
  EXPECT_EQ(s.get(w.store, 9).value().i32(), 8);
  EXPECT_TRUE(s.set(w.store, 1, int64_t{11}).ok());
  EXPECT_EQ(s.get(w.store, 1).value().i64(), 11);
  EXPECT_EQ(code_of(s.set(w.store, 9, 1)), WEFT_ERROR_BAD_ARGUMENT);   // immutable
  EXPECT_EQ(code_of(s.set(w.store, 1, 1)), WEFT_ERROR_BAD_ARGUMENT);   // an i32
  EXPECT_EQ(code_of(s.set(w.store, 10, 1)), WEFT_ERROR_BAD_ARGUMENT);  // no such field
  EXPECT_EQ(code_of(s.get(w.store, 10)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(s.get(w.store, ~size_t{0})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(StructRef::make(w.store, t, {1})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(StructRef().get(w.store, 0)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(ArrayRef(s).size(w.store)), WEFT_ERROR_BAD_ARGUMENT);  // not an array
  EXPECT_EQ(code_of(StructRef(I31Ref::make(w.store, 1)).get(w.store, 0)), WEFT_ERROR_BAD_ARGUMENT);
}

TEST(Structs, GoToTheGuestAndComeBack) {
  World w;
  const Instance i = w.instantiate(R"((module
    (type $p (struct (field (mut f64)) (field (mut f64))))
    (func (export "length") (param structref) (result f64) (local $p (ref $p))
      (local.set $p (ref.cast (ref $p) (local.get 0)))
      (f64.sqrt (f64.add (f64.mul (struct.get $p 0 (local.get $p)) (struct.get $p 0 (local.get $p)))
                         (f64.mul (struct.get $p 1 (local.get $p)) (struct.get $p 1 (local.get $p))))))
    (func (export "make") (result (ref $p)) (struct.new $p (f64.const 1) (f64.const 2)))))");
  const StructType p = StructType::make(w.engine, {{WEFT_F64}, {WEFT_F64}}).value();
  const StructRef s = StructRef::make(w.store, p, {3.0, 4.0}).value();
  EXPECT_EQ(*w.get<double(StructRef)>(i, "length")(w.store, s), 5.0);
  const StructRef made = w.get<StructRef()>(i, "make")(w.store).value();
  EXPECT_EQ(made.get(w.store, 1).value().f64(), 2.0);
  const auto wrong = StructType::make(w.engine, {{WEFT_F32}}).value();
  EXPECT_FALSE(w.get<double(StructRef)>(i, "length")(
                    w.store, StructRef::make(w.store, wrong, {1.0f}).value())
                   .ok());
}

TEST(Arrays, ElementsBytesAndBounds) {
  World w;
  const ArrayType bytes = ArrayType::make(w.engine, FieldType::i8()).value();
  const ArrayRef text = ArrayRef::of_bytes(w.store, bytes, "hello").value();
  EXPECT_EQ(text.size(w.store).value(), 5u);
  EXPECT_EQ(text.get(w.store, 1).value().i32(), 'e');
  EXPECT_TRUE(text.set(w.store, 1, 'a').ok());
  std::array<char, 4> out{};
  EXPECT_TRUE(text.read<char>(w.store, 1, out).ok());
  EXPECT_EQ(std::string_view(out.data(), 4), "allo");
  EXPECT_EQ(code_of(text.read<char>(w.store, 2, out)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(text.get(w.store, 5)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(text.get(w.store, ~uint32_t{0})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(text.set(w.store, 0, 1.5)), WEFT_ERROR_BAD_ARGUMENT);

  const ArrayType words = ArrayType::make(w.engine, {WEFT_I32}).value();
  const ArrayRef a = ArrayRef::make(w.store, words, 7, 3).value();
  EXPECT_EQ(a.get(w.store, 2).value().i32(), 7);
  const std::array<int32_t, 2> in{1, 2};
  EXPECT_TRUE(a.write<int32_t>(w.store, 1, in).ok());
  EXPECT_EQ(a.get(w.store, 2).value().i32(), 2);
  EXPECT_EQ(code_of(a.write<int32_t>(w.store, 2, in)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(ArrayRef::of_bytes(w.store, words, "12345")), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(ArrayRef::of_bytes(w.store, words, "").value().size(w.store).value(), 0u);

  const ArrayType refs = ArrayType::make(w.engine, {WEFT_EXTERNREF}).value();
  const ArrayRef r =
      ArrayRef::of(w.store, refs, {ExternRef::make(w.store, 1).value(), ExternRef()}).value();
  EXPECT_EQ(*r.get(w.store, 0).value().externref().get<int>(w.store), 1);
  EXPECT_EQ(code_of(ArrayRef::of_bytes(w.store, refs, "12345678")), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(r.read<char>(w.store, 0, out)), WEFT_ERROR_BAD_ARGUMENT);
  const ArrayType fixed = ArrayType::make(w.engine, {WEFT_I32, false}).value();
  const ArrayRef f = ArrayRef::make(w.store, fixed, 1, 2).value();
  EXPECT_EQ(code_of(f.set(w.store, 0, 2)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(f.write<int32_t>(w.store, 0, in)), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(ArrayRef::make(w.store, ArrayType(bytes), 0, ~uint32_t{0})),
            WEFT_ERROR_LIMIT_EXCEEDED);
  EXPECT_EQ(code_of(ArrayRef::make(
                w.store, ArrayType(StructType::make(w.engine, {{WEFT_I32}}).value()), 0, 1)),
            WEFT_ERROR_BAD_ARGUMENT);
}

TEST(Arrays, StringsOfTheGuest) {
  World w;
  const Instance i = w.instantiate(R"((module (type $s (array (mut i8)))
    (data $d "from the guest")
    (func (export "make") (result (ref $s)) (array.new_data $s $d (i32.const 0) (i32.const 14)))
    (func (export "length") (param arrayref) (result i32) (array.len (local.get 0)))))");
  const ArrayRef s = w.get<ArrayRef()>(i, "make")(w.store).value();
  std::string text(s.size(w.store).value(), '\0');
  EXPECT_TRUE(s.read<char>(w.store, 0, text).ok());
  EXPECT_EQ(text, "from the guest");
  EXPECT_EQ(*w.get<int32_t(ArrayRef)>(i, "length")(w.store, s), 14);
}

TEST(I31, IsUnboxed) {
  World w;
  const Instance i = w.instantiate(R"((module
    (func (export "get") (param i31ref) (result i32) (i31.get_s (local.get 0)))
    (func (export "make") (param i32) (result anyref) (ref.i31 (local.get 0)))))");
  for (const int32_t v : {0, 1, -1, 0x3fffffff, -0x40000000}) {
    const I31Ref r = I31Ref::make(w.store, static_cast<uint32_t>(v));
    EXPECT_EQ(r.get_s(w.store).value(), v);
    EXPECT_EQ(r.get_u(w.store).value(), static_cast<uint32_t>(v) & 0x7fffffff);
    EXPECT_EQ(*w.get<int32_t(I31Ref)>(i, "get")(w.store, r), v);
    const AnyRef made = w.get<AnyRef(int32_t)>(i, "make")(w.store, v).value();
    EXPECT_EQ(made, r);
    EXPECT_EQ(made.shape(w.store).value(), WEFT_REF_I31);
  }
  EXPECT_EQ(code_of(I31Ref().get_s(w.store)), WEFT_ERROR_BAD_ARGUMENT);
}

TEST(Objects, SurviveACollectionAtEveryAllocation) {
  World w(std::move(weft::Config().set("gc_zeal", 1)));
  const StructType node = StructType::make(w.engine, {{WEFT_I32}, {WEFT_ANYREF}}).value();
  AnyRef list;
  for (int k = 0; k < 50; ++k) list = StructRef::make(w.store, node, {k, list}).value();
  int sum = 0;
  for (AnyRef at = list; at; at = StructRef(at).get(w.store, 1).value().anyref())
    sum += StructRef(at).get(w.store, 0).value().i32();
  EXPECT_EQ(sum, 49 * 50 / 2);
}

}  // namespace
}  // namespace weft_test
