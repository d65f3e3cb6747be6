#include <fmt/format.h>

#include "core/lmdb/pages/census.hpp"

// The list of free pages, and pages that are neither on it nor in use.

namespace vitrine::core::lmdb {

void Census::take_free_list(const TableHead& head) {
    std::uint64_t last_transaction = 0;
    TableHead named = head;
    named.name = kFreeList;
    const std::size_t before = faults_.size();
    walk(named, [&](const Visit& visit) {
        if (visit.foreign()) odd_pages_.push_back(visit.page.number);
        if (!visit.page.leaf() || !visit.page.bounds_sound()) return;
        for (std::size_t i = 0; i < visit.page.slots(); ++i) {
            const auto node = node_at(visit.page, visit.page.slot(i), false);
            if (node && node->key.size() == sizeof(std::uint64_t))
                take_free_pages(visit.page, *node, last_transaction);
        }
    });
    if (faults_.size() != before) free_list_damaged_ = true;
    for (std::uint64_t page = 2; page < owners_.size(); ++page)
        if (free_[page] && owners_[page] != 0)
            fault(kFreeList, page, "it is on the list that it is a part of");
}

// A list is its length, then that many page numbers, falling.
void Census::take_free_pages(const Page& page, const Node& node, std::uint64_t& last_transaction) {
    std::vector<std::byte> value;
    if (!read_value(file_, node, value) || value.size() < sizeof(std::uint64_t))
        return fault(kFreeList, page.number, "a list on it cannot be read");
    const auto transaction = load<std::uint64_t>(node.key.data(), 0);
    if (transaction <= last_transaction) fault(kFreeList, page.number, "a list is out of order");
    last_transaction = transaction;
    const auto count = load<std::uint64_t>(value.data(), 0);
    if (count > value.size() / sizeof(std::uint64_t) - 1)
        return fault(kFreeList, page.number, "a list is longer than its place");
    std::uint64_t last = kNoPage;
    for (std::uint64_t i = 1; i <= count; ++i) {
        const auto number = load<std::uint64_t>(value.data(), i * sizeof(std::uint64_t));
        if (number < 2 || number >= free_.size() || number >= last) {
            return fault(kFreeList, page.number,
                         fmt::format("the list of transaction {} is damaged", transaction));
        }
        last = number;
        if (free_[number]) fault(kFreeList, number, "it is on the list twice");
        free_[number] = true;
    }
}

void Census::check_unclaimed() {
    const std::uint64_t whole = file_.bytes() / kPageBytes;
    std::uint64_t lost = 0, first = 0, cut = 0;
    for (std::uint64_t page = 2; page < owners_.size() && page <= last_page_; ++page) {
        if (page >= whole && !free_[page]) ++cut;  // free ones need never be written
        if (!unclaimed(page)) continue;
        if (lost++ == 0) first = page;
    }
    if (cut != 0)
        fault("", whole,
              fmt::format("the file ends here, {} pages that are in use too early", cut));
    if (lost != 0)
        fault("", first, fmt::format("neither used nor free, as are {} other pages", lost - 1));
}

bool read_value(const PageFile& file, const Node& node, std::vector<std::byte>& into) {
    if (!node.big()) {
        into.assign(node.value.begin(), node.value.end());
        return true;
    }
    const std::uint64_t file_pages = file.pages();
    if (node.value_size > file.bytes() || node.overflow >= file_pages) return false;
    into.resize(node.value_size);
    return file.read(node.overflow * kPageBytes + kPageHeaderBytes, into);
}

}  // namespace vitrine::core::lmdb
