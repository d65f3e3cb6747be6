#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <type_traits>

namespace vitrine::capi {

/// What vitrine_free() finds before the struct that the caller has.
struct GivenHead {
    void (*destroy)(GivenHead* head) noexcept;
};

template <class View>
struct GivenView : GivenHead {
    View view{};
};

/// A list or report for the caller, with all that it points to, in one arena.
template <class View>
class Given : public GivenView<View> {
    static_assert(std::is_trivially_destructible_v<View> && alignof(View) == alignof(GivenHead));

  public:
    Given() {
        this->destroy = [](GivenHead* head) noexcept { delete static_cast<Given*>(head); };
    }
    Given(const Given&) = delete;
    Given& operator=(const Given&) = delete;

    template <class T>
    T* array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        auto* const place = static_cast<T*>(arena_.allocate(count * sizeof(T), alignof(T)));
        std::uninitialized_value_construct_n(place, count);
        return place;
    }
    const char* text(std::string_view text) {
        char* const place = array<char>(text.size() + 1);
        std::memcpy(place, text.data(), text.size());
        return place;
    }
    /// A list of pointers to what `make(element)` makes of each: its structs may grow.
    template <class Item, class Range, class Make>
    void list(std::size_t& count, const Item* const*& items, const Range& range, Make make) {
        auto** const pointers = array<const Item*>(range.size());
        for (const auto& element : range) {
            Item* const item = array<Item>(1);
            *item = make(element);
            pointers[count++] = item;
        }
        items = pointers;
    }

  private:
    std::pmr::monotonic_buffer_resource arena_;
};

/// Makes it the caller's.
template <class View>
View* hand_over(std::unique_ptr<Given<View>> given) {
    return &given.release()->view;
}

}  // namespace vitrine::capi
