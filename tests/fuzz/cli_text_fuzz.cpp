#include <capnp/schema.h>
#include <kj/exception.h>

#include <vitrine/error.hpp>

#include "bindings/cli/command_line.hpp"
#include "bindings/cli/key_json.hpp"
#include "bindings/cli/path.hpp"
#include "bindings/cli/value_json.hpp"
#include "core/payload.hpp"
#include "tests/bindings/cli/everything.capnp.h"
#include "tests/fuzz/target.hpp"

// What people type and files hold, as the command reads it: paths, keys, values as JSON; and keys and
// values as it writes them, whatever kind the head of their tree claims.

namespace {

using namespace vitrine;
using namespace vitrine::cli;
using fuzz::require;

constexpr core::TypeId kItem = 0xa1c3e5f70921b4d6;
constexpr const char* kKinds[] = {"i8",
                                  "i64",
                                  "u16",
                                  "u64",
                                  "double",
                                  "bytes",
                                  "string",
                                  "(string,i64)",
                                  "unit",
                                  "bool",
                                  "ref 0x0",
                                  "tree string i64",
                                  "(,)",
                                  "()",
                                  "(bytes,u8,double)",
                                  "struct 0xa1c3e5f70921b4d6"};

const core::schema::Registry& types() {
    static core::schema::Registry registry({});
    static const bool filled = (registry.check(capnp::Schema::from<everything::Item>()), true);
    static_cast<void>(filled);
    return registry;
}

/// Runs what may refuse its input, in the words that the command knows.
template <class Work>
bool done(Work work) {
    try {
        work();
        return true;
    } catch (const JsonError&) {
        return false;
    } catch (const WrongUsage&) {
        return false;
    } catch (const Error&) {
        return false;
    }
}

std::string kind_of(fuzz::Input& input) {
    const auto which = input.number<std::uint8_t>();
    if (which % 4 == 3) return std::string(input.text(which / 4 % 24));
    return kKinds[which / 4 % std::size(kKinds)];
}

void read_path(std::string_view text) {
    done([&] {
        std::size_t size = 0;
        for (const std::string& step : split_path(text)) size += step.size() + 1;
        require(size <= text.size() + 1, "the steps of a path are longer than it");
    });
}

void key_round_trip(const std::string& kind, std::string_view text, bool leading) {
    btree::KeyBytes key;
    if (!done([&] { key = parse_key(kind, text, leading); }) || leading) return;
    JsonWriter out(JsonWriter::kCompact);
    require(done([&] { write_key(out, kind, key); }), "a key that was read cannot be written");
    require(read_key(kind, JsonDocument(out.text()).value()) == key, "a key comes back as another");
    end_of_prefix(key);
}

void bytes_of_any_kind(const std::string& kind, btree::ByteSpan bytes) {
    done([&] { show_key(kind, bytes); });
    done([&] {
        reference_in(kind, bytes);
        JsonWriter out(JsonWriter::kCompact);
        write_value(out, types(), kind, bytes, Exactness::shown);
        static_cast<void>(JsonDocument(out.text()));
    });
    JsonWriter out(JsonWriter::kCompact);
    if (!done([&] { write_value(out, types(), kind, bytes, Exactness::roundtrip); })) return;
    std::vector<std::byte> again;
    if (!done([&] { again = read_value(types(), kind, JsonDocument(out.text()).value()); })) return;
    JsonWriter second(JsonWriter::kCompact);
    require(done([&] { write_value(second, types(), kind, again, Exactness::roundtrip); }) &&
                second.text() == out.text(),
            "a value comes back as another");
}

void read_json(const std::string& kind, std::string_view text) {
    std::optional<JsonDocument> json;
    if (!done([&] { json.emplace(text); })) return;
    done([&] { read_key(kind, json->value()); });
    done([&] { read_value(types(), kind, json->value()); });
    Payload payload;
    if (!done([&] { payload = read_object(types(), kItem, json->value()); })) return;
    require(core::find_payload_fault(payload) == nullptr, "a record that was read does not pass");
    JsonWriter out(JsonWriter::kCompact);
    write_object(out, types(), kItem, payload, Exactness::roundtrip);
    JsonWriter second(JsonWriter::kCompact);
    write_object(second, types(), kItem,
                 read_object(types(), kItem, JsonDocument(out.text()).value()),
                 Exactness::roundtrip);
    require(second.text() == out.text(), "a record comes back as another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto how = input.number<std::uint8_t>();
    const std::string kind = kind_of(input);
    const std::string text(input.all_text());
    switch (how % 4) {
        case 0: read_path(text); break;
        case 1: key_round_trip(kind, text, how / 4 % 2 == 1); break;
        case 2: {
            // Aligned, as values in a record are.
            std::vector<core::Word> words(text.size() / sizeof(core::Word) + 1);
            std::memcpy(words.data(), text.data(), text.size());
            bytes_of_any_kind(kind, std::as_bytes(std::span(words)).first(text.size()));
            break;
        }
        default: read_json(kind, text); break;
    }
    return 0;
}

std::vector<fuzz::Bytes> vitrine::fuzz::seed_inputs() {
    std::vector<Bytes> inputs;
    const auto add = [&](std::uint8_t how, std::size_t kind, std::string_view text) {
        inputs.push_back({how, static_cast<std::uint8_t>(kind * 4)});
        append(inputs.back(), text);
    };
    add(0, 0, "accounts/42/owner");
    add(0, 0, "%23root/a%2Fb/[1,\"x\"]");
    const char* const keys[] = {"-5",    "123456789012", "7",    "18446744073709551615",
                                "1.5e3", "AAEC",         "text", "[\"a\",\"-5\"]"};
    for (std::size_t kind = 0; kind < std::size(keys); ++kind) {
        add(1, kind, keys[kind]);
        add(5, kind, keys[kind]);
    }
    for (std::size_t kind = 0; kind < std::size(kKinds); ++kind) {
        add(2, kind, std::string_view("\0\0\0\0\x3\0\3\0abcdefgh\1\0\0\0\x22\0\0\0text\0\0\0", 32));
        add(2, kind, std::string_view("\x80\0\0\0\0\0\0\5", 8));
        add(3, kind, "[\"a\",5]");
        add(3, kind, "{\"$words\":\"AAAAAAAAAAA=\"}");
    }
    add(3, 15,
        R"({"flag":true,"tiny":-3,"large":"-5","single":"NaN","text":"t","data":"AAE=",)"
        R"("colour":"red","next":"#12","numbers":["1"],"texts":["a",{"$bytes":"/w=="}],)"
        R"("nested":[[1,2],[]],"children":[{"text":"c"}],"any":{"$words":"AAAAAAAAAAA="},)"
        R"("flags":[true,false],"place":{"x":1,"y":2.5},"box":{"width":3,"lid":null},)"
        R"("infinite":"Infinity","inner":{"depth":3},"voids":[null,null],"either":{"left":1}})");
    return inputs;
}
