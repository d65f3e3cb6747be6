#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace vitrine::python {

/// Numbers of one kind, one behind the other: what NumPy sees through the buffer protocol. Grows
/// without the GIL.
class Column {
  public:
    Column(const char* format, unsigned width) : format_(format), width_(width) {}

    /// Room for so many more; returns where they go. Throws: std::bad_alloc.
    std::byte* extend(std::size_t count) {
        if ((size_ + count) * width_ > room_) grow((size_ + count) * width_);
        std::byte* const place = bytes_.get() + size_ * width_;
        size_ += count;
        return place;
    }
    template <class T>
    void push(T value) {
        std::memcpy(extend(1), &value, sizeof value);
    }
    void reserve(std::size_t count) {
        if (count * width_ > room_) grow(count * width_);
    }

    [[nodiscard]] const char* format() const { return format_; }
    [[nodiscard]] unsigned width() const { return width_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::byte* data() const { return bytes_.get(); }

  private:
    struct Free {
        void operator()(std::byte* bytes) const { std::free(bytes); }
    };

    // Not a vector: nothing is to be zeroed before it is written.
    void grow(std::size_t least) {
        const std::size_t room = least > room_ * 2 ? least : room_ * 2;
        void* const bytes = std::realloc(bytes_.get(), room);
        if (bytes == nullptr) throw std::bad_alloc();
        static_cast<void>(bytes_.release());
        bytes_.reset(static_cast<std::byte*>(bytes));
        room_ = room;
    }

    const char* format_;
    unsigned width_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
    std::unique_ptr<std::byte, Free> bytes_;
};

}  // namespace vitrine::python
