#include "bindings/python/src/batch.hpp"

#include <cstring>

namespace vitrine::python {

void Batch::begin(std::size_t most) {
    size_ = 0;
    most_ = most;
    key_texts_.clear();
    value_texts_.clear();
    structs_.clear();
    if (keys_ && fixed_) heads_.resize(most);
    if (values_ && codec_.value.form() == btree::ValueForm::word) words_.resize(most);
}

bool Batch::add(btree::Cursor& cursor) {
    if (keys_) {
        if (fixed_)
            heads_[size_] = cursor.head();
        else
            key_texts_.add(cursor.key());
    }
    if (values_) {
        const btree::ByteSpan value = cursor.value();
        if (codec_.value.form() == btree::ValueForm::word)
            std::memcpy(&words_[size_], value.data(), sizeof(std::uint64_t));
        else if (codec_.value.what() == ValueCodec::What::structure)
            structs_.push_back({value, cursor.hold_value()});
        else if (codec_.value.form() == btree::ValueForm::bytes)
            value_texts_.add(value);
    }
    ++size_;
    return size_ < most_ && key_texts_.bytes.size() + value_texts_.bytes.size() < kMostBytes;
}

// The same as add() in a loop, where nothing is to be asked of each entry.
void Batch::read_numbers(btree::Cursor& cursor) {
    std::uint64_t* const heads = heads_.data();
    std::uint64_t* const words = words_.data();
    std::size_t size = 0;
    for (;;) {
        heads[size] = cursor.head();
        if (values_) std::memcpy(&words[size], cursor.value().data(), sizeof(std::uint64_t));
        size_ = ++size;
        if (size == most_) return;
        cursor.step();
        if (!cursor.valid()) return;
    }
}

void Batch::read(btree::Cursor& cursor) {
    if (keys_ && fixed_ && (!values_ || words_only_)) return read_numbers(cursor);
    while (cursor.valid() && add(cursor)) cursor.step();
}

PyObject* Batch::other_value(std::size_t index) const {
    const ValueCodec& values = codec_.value;
    if (values.form() == btree::ValueForm::none) Py_RETURN_NONE;
    if (values.what() != ValueCodec::What::structure)
        return values.decode_bytes(value_texts_.at(index));
    return values.decode_struct(structs_[index].bytes, structs_[index].hold).release().ptr();
}

}  // namespace vitrine::python
