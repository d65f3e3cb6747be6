#pragma once

#include <string>

#include <capnp/schema-parser.h>
#include <kj/filesystem.h>

namespace vitrine::core::schema::test {

/// A schema text, compiled while the test runs: so two releases of one type fit in one program.
class Parsed {
  public:
    explicit Parsed(const std::string& text) : Parsed("bank.capnp", text) {}
    Parsed(const std::string& file, const std::string& text) {
        // The text of c++.capnp as far as vitrine.capnp needs it.
        write("capnp/c++.capnp",
              "@0xbdf87d7bb8304e81; annotation namespace @0xb9c6f99ebf805f2c (file) :Text;");
        const kj::Path own = kj::Path({"vitrine", "vitrine.capnp"});
        const auto disk = kj::newDiskFilesystem();
        const auto source = disk->getRoot().openFile(
            disk->getCurrentPath().evalNative(VITRINE_SCHEMA_DIR).append(own.clone()));
        write(own.toString().cStr(), source->readAllText().cStr());
        write(file,
              "@0xd3a1f0c96be25b11; using Vitrine = import \"/vitrine/vitrine.capnp\";\n" + text);
        imports_ = directory_.get();
        file_ = parser_.parseFromDirectory(*directory_, kj::Path::parse(file),
                                           kj::arrayPtr(&imports_, 1));
    }

    capnp::StructSchema operator[](const char* name) const {
        return file_.getNested(name).asStruct();
    }

  private:
    void write(const std::string& path, const std::string& text) {
        directory_
            ->openFile(kj::Path::parse(path), kj::WriteMode::CREATE | kj::WriteMode::CREATE_PARENT)
            ->writeAll(kj::StringPtr(text.c_str()));
    }

    kj::Own<kj::Directory> directory_ = kj::newInMemoryDirectory(kj::nullClock());
    const kj::ReadableDirectory* imports_ = nullptr;  // the parser borrows it
    capnp::SchemaParser parser_;
    capnp::ParsedSchema file_;
};

/// The struct that most tests change, with these fields.
inline std::string account(const std::string& fields) {
    return "struct Account @0xe28a6ac3b0f0a7c5 { " + fields + " }\n";
}

/// Other types, which the fields of account() may mention.
inline const std::string kOthers =
    "struct Reading @0xb6c7de41c5dd2f36 { celsius @0 :Float64; }\n"
    "struct Place @0xb6c7de41c5dd2f37 { x @0 :Int32; }\n"
    "enum Colour @0xb6c7de41c5dd2f38 { red @0; green @1; }\n"
    "struct Box @0xb6c7de41c5dd2f39 (T) { value @0 :T; }\n"
    "interface Door @0xb6c7de41c5dd2f3a { open @0 (); }\n";

}  // namespace vitrine::core::schema::test
