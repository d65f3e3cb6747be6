#pragma once

#include <string>
#include <vector>

#include "bindings/python/src/tree_iterator.hpp"

namespace vitrine::python {

/// Entries read ahead of an iteration, so that the engine is called once for many of them. Filled
/// without the GIL; Python's objects are made of it one by one.
class Batch {
  public:
    Batch(const TreeCodec& codec, Shows shows)
        : codec_(codec),
          fixed_(codec.key.fixed()),
          words_only_(codec.value.form() == btree::ValueForm::word),
          keys_(shows != Shows::values),
          values_(shows != Shows::keys) {}

    // Without the GIL, all three.
    /// Makes room for another one.
    void begin(std::size_t most);
    /// Entries from the cursor on; it stays at the last one. Requires: valid().
    void read(btree::Cursor& cursor);
    /// False: no more fits.
    bool add(btree::Cursor& cursor);
    [[nodiscard]] std::size_t size() const { return size_; }

    // New references; null: Python's error is set.
    [[nodiscard]] PyObject* key(std::size_t index) const {
        return fixed_ ? codec_.key.decode(heads_[index]) : codec_.key.decode(key_texts_.at(index));
    }
    [[nodiscard]] PyObject* value(std::size_t index) const {
        return words_only_ ? codec_.value.decode_word(words_[index]) : other_value(index);
    }

  private:
    static constexpr std::size_t kMostBytes = std::size_t{256} << 10;

    /// Bytes of any length, one behind the other.
    struct Texts {
        std::string bytes;
        std::vector<std::size_t> ends;
        void clear() {
            bytes.clear();
            ends.clear();
        }
        void add(btree::ByteSpan text) {
            bytes.append(reinterpret_cast<const char*>(text.data()), text.size());
            ends.push_back(bytes.size());
        }
        [[nodiscard]] btree::ByteSpan at(std::size_t index) const {
            const std::size_t begin = index == 0 ? 0 : ends[index - 1];
            return {reinterpret_cast<const std::byte*>(bytes.data()) + begin, ends[index] - begin};
        }
    };

    void read_numbers(btree::Cursor& cursor);
    [[nodiscard]] PyObject* other_value(std::size_t index) const;

    const TreeCodec& codec_;
    const bool fixed_;
    const bool words_only_;
    const bool keys_;
    const bool values_;
    std::size_t size_ = 0;
    std::size_t most_ = 0;
    std::vector<std::uint64_t> heads_;
    std::vector<std::uint64_t> words_;
    Texts key_texts_;
    Texts value_texts_;
    std::vector<btree::OwnedValue> structs_;
};

}  // namespace vitrine::python
