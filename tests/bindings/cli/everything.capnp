@0xd2f6a4c1b3e59708;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("everything");

# One of everything that a stored struct can hold, for export, import and schema.

enum Colour @0x9b2c5d7e8f1a3b46 {
  red @0;
  darkGreen @1 $Vitrine.was("green");
}

struct Item @0xa1c3e5f70921b4d6 {
  flag @0 :Bool;
  tiny @1 :Int8;
  small @2 :Int16;
  medium @3 :Int32;
  large @4 :Int64;
  utiny @5 :UInt8;
  usmall @6 :UInt16;
  umedium @7 :UInt32;
  ularge @8 :UInt64;
  single @9 :Float32;
  double @10 :Float64;
  text @11 :Text;
  data @12 :Data;
  colour @13 :Colour;
  next @14 :Vitrine.Ref(Item) $Vitrine.was("after");
  ledger @15 :Vitrine.TreeRef;
  numbers @16 :List(Int64);
  texts @17 :List(Text);
  nested @18 :List(List(UInt16));
  children @19 :List(Item);
  child @20 :Item;
  any @21 :AnyPointer;
  friends @22 :List(Vitrine.Ref(Item));
  colours @23 :List(Colour);
  flags @24 :List(Bool);
  place :group $Vitrine.was("position") {
    x @25 :Int32 = -5;
    y @26 :Float64 = 2.5;
  }
  union {
    nothing @27 :Void;
    word @28 :Text;
    count @29 :UInt64;
    box :group {
      width @30 :UInt8;
      lid @31 :Text;
    }
    anything @32 :AnyPointer;
    pair @33 :Pair(Text, Item.Inner);
  }
  withDefault @34 :Text = "a \"default\"\n";
  limit @35 :UInt64 = 18446744073709551615;
  infinite @36 :Float32 = inf;
  shade @37 :Colour = darkGreen;
  listed @38 :List(UInt8) = [1, 2, 3];
  inner @39 :Inner = (depth = 3, label = "dflt");
  blob @40 :Data = 0x"00 ff 7f";
  truth @41 :Bool = true;
  voids @42 :List(Void);
  either :union {
    left @43 :Int16;
    right @44 :Data;
  }
  former @46! :union $Vitrine.was("earlier") {
    shown @45 :Int8;
    hidden @47 :Int8;
  }

  struct Inner @0xb2d4f60718293a4c {
    depth @0 :UInt8;
    label @1 :Text;
    kind @2 :Kind;

    enum Kind @0xc3e5071829304b5d {
      plain @0;
      fancy @1;
    }
  }
}

struct Pair @0xd4f6182a3b4c5d6e (A, B) {
  first @0 :A;
  second @1 :B;
  swapped @2 :Pair(B, A);
}
