@0x8c456e46c7cdb72a;

using Cxx = import "/capnp/c++.capnp";
using Vitrine = import "/vitrine/vitrine.capnp";
$Cxx.namespace("packages::stored");

struct Package @0xc8e274cb75b355cd {
  name @0 :Text;
  architecture @1 :Text;
  version @2 :Text;
  section @3 :Text;
  summary @4 :Text;
  installedKib @5 :UInt64;
  depends @6 :List(Dependency);  # Pre-Depends, then Depends
}

struct Dependency @0xf21d2ce2bbf66951 {
  text @0 :Text;  # as written: "default-mta (>= 1) | mail-transport-agent"
  candidates @1 :List(Vitrine.Ref(Package));
  # The packages of the file that satisfy it, best first: as the alternatives are written, and for
  # each the package of that name before those that provide it. Empty: nothing does.
}

struct Source @0xb84a2f2f59fda1a5 {
  # What was imported. Under the root "source".
  path @0 :Text;
  bytes @1 :UInt64;
  modified @2 :Int64;  # in the units of the file system's clock
  ready @3 :Bool;      # false while an import or an experiment is on its way
}

struct Answers @0xa2b26191fd0cfbc0 {
  # What the analysts found out. Under the root "answers"; gone while `source` is not ready.
  packages @0 :UInt64;
  dependencies @1 :UInt64;  # followed, over all closures
  unsatisfied @2 :UInt64;   # among them
  checksum @3 :UInt64;
  snapshot @4 :UInt64;      # the version that was read
  largest @5 :List(Closure);
  sections @6 :List(Section);
}

struct Closure @0xa483069048f9ba27 {
  package @0 :Vitrine.Ref(Package);
  members @1 :UInt32;  # the package itself included
  installedKib @2 :UInt64;
}

struct Section @0xa3e52ff98985dfa8 {
  name @0 :Text;
  packages @1 :UInt32;
  installedKib @2 :UInt64;
}
