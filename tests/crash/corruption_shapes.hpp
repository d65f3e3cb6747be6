#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/crash/corruption_content.hpp"

/// Stores of several shapes, each with a copy of its file from the middle of its making.
namespace vitrine::corruption {

struct Shape {
    const char* name;
    int commits;
    int changes;   ///< in each commit
    int large_in;  ///< one of so many values is large; 0: none
    bool erases;   ///< most of what was made goes again: pages become free
    std::optional<Retention> retention;
};

inline const std::vector<Shape>& shapes() {
    static const std::vector<Shape> all{
        {"small", 4, 3, 0, false, {}},
        {"many pages", 12, 120, 0, false, {}},
        {"large values", 10, 12, 3, false, {}},
        {"a past that is kept", 30, 14, 20, true, Retention::commits(20)},
        {"all of the past", 14, 20, 0, true, Retention::forever()},
        {"many free pages", 24, 40, 10, true, {}},
    };
    return all;
}

struct Sample {
    Shape shape;
    std::string bytes;     ///< the file
    std::string older;     ///< as it was half-way
    std::string previous;  ///< as it was before the last commit
    Catalogue where;
    Content content{};
    Content older_content{};  ///< with the same catalogue
    Content previous_content{};
};

inline std::string file_bytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string value_of(std::mt19937_64& random, const Shape& shape) {
    const bool large = shape.large_in != 0 && random() % shape.large_in == 0;
    const std::size_t size = large ? 1500 + random() % 12'000 : random() % 90;
    return std::string(size, static_cast<char>('a' + random() % 26)) + std::to_string(random());
}

class Maker {
  public:
    Maker(Shape shape, std::uint64_t seed) : shape_(std::move(shape)), random_(seed) {}

    Sample make(const std::filesystem::path& file) {
        Sample sample{shape_, {}, {}, {}, {}};
        run(file, shape_.commits / 2);
        sample.older = file_bytes(file);
        run(file, shape_.commits - shape_.commits / 2 - 1);
        sample.previous = file_bytes(file);
        run(file, 1);
        sample.bytes = file_bytes(file);
        for (const auto& [id, there] : objects_) sample.where.objects.push_back(id);
        const Store store = Store::open(file);
        for (const CommitInfo& commit : store.commits({}, 1'000'000))
            sample.where.versions.push_back(commit.version);
        if (sample.where.versions.empty()) sample.where.versions.push_back(store.version());
        return sample;
    }

  private:
    void run(const std::filesystem::path& file, int commits) {
        StoreOptions options;
        options.retention = shape_.retention;
        Store store = Store::open(file, options);
        for (int i = 0; i < commits; ++i) {
            TransactionOptions how;
            how.note = "commit " + std::to_string(++commit_);
            store.transact([&](Transaction& tx) { commit(tx); }, how);
        }
        store.close();
    }
    void commit(Transaction& tx) {
        auto texts = tx.tree<std::string, std::string>("texts");
        auto numbers = tx.tree<std::int64_t, std::string>("numbers");
        auto pairs = tx.tree<Pair, std::string>("pairs");
        for (int i = 0; i < shape_.changes; ++i) {
            const auto number = static_cast<std::int64_t>(random_() % 1500) - 300;
            const std::string text = "station-" + std::to_string(random_() % 700);
            const Pair pair{"place " + std::to_string(random_() % 9), random_() % 60};
            if (shape_.erases && random_() % 3 == 0) {
                numbers.erase(number);
                texts.erase(text);
                pairs.erase(pair);
            } else {
                numbers.put(number, value_of(random_, shape_));
                texts.put(text, value_of(random_, shape_));
                pairs.put(pair, value_of(random_, shape_));
            }
            change_object(tx);
        }
        if (shape_.erases && commit_ % 6 == 0) texts.clear();
    }
    void change_object(Transaction& tx) {
        const auto at = objects_.empty() || random_() % 2 == 0
                            ? objects_.end()
                            : std::next(objects_.begin(),
                                        static_cast<std::ptrdiff_t>(random_() % objects_.size()));
        const auto fill = [&](Mark::Builder mark) {
            mark.setThread(static_cast<std::uint32_t>(random_() % 9));
            mark.setSequence(static_cast<std::uint64_t>(commit_));
            mark.setBody(value_of(random_, shape_));
        };
        if (at == objects_.end()) {
            const auto fresh = tx.create<Mark>(fill);
            objects_.emplace_back(fresh.id(), true);
        } else if (at->second) {
            if (shape_.erases && random_() % 3 == 0) {
                tx.erase(AnyRef{at->first});
                at->second = false;
            } else {
                fill(tx.edit(Ref<Mark>{AnyRef{at->first}}));
            }
        }
    }

    const Shape shape_;
    std::mt19937_64 random_;
    std::vector<std::pair<std::uint64_t, bool>> objects_;  // ids, and whether it is there
    int commit_ = 0;
};

}  // namespace vitrine::corruption
