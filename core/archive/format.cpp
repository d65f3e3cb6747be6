#include "core/archive/format.hpp"

#include <xxhash.h>

#include <vitrine/error.hpp>

#include "core/retention_words.hpp"
#include "core/times.hpp"

namespace vitrine::core::archive {
namespace {

Word checksum(Words words, Word seed) {
    return XXH3_64bits_withSeed(words.data(), words.size_bytes(), seed);
}

bool intact(Words words, Word seed) {
    return words.back() == checksum(words.first(words.size() - 1), seed);
}

}  // namespace

Word next_chain(Words frame, Word chain) { return checksum(frame, chain); }

void encode_header(const Header& header, std::vector<Word>& words) {
    words = {kMagic,
             kFormat,
             header.since ? Word{1} : Word{0},
             header.identity.high,
             header.identity.low,
             header.since.value_or(Version{}).value(),
             header.since_time ? to_number(*header.since_time) : 0,
             header.to.value(),
             to_number(header.to_time)};
    words.push_back(checksum(words, 0));
}

void encode_trailer(const Trailer& trailer, Word header_checksum, std::vector<Word>& words) {
    words = {trailer.rows,
             trailer.row_words,
             trailer.survivors,
             trailer.commits,
             trailer.types,
             trailer.history.oldest.value(),
             static_cast<Word>(trailer.history.retention.kind()),
             trailer.history.retention.amount(),
             trailer.next_object_id,
             trailer.second_part,
             trailer.second_chain,
             trailer.last_chain};
    words.push_back(checksum(words, header_checksum));
}

Header decode_header(Words words, const std::string& file) {
    if (words.size() < 2 || words[0] != kMagic)
        throw StorageError(file + ": not a backup archive of Vitrine");
    if (words[1] != kFormat)
        throw StorageError(file + ": the archive has format " + std::to_string(words[1]) +
                           ", this library reads format " + std::to_string(kFormat));
    if (words.size() != kHeaderWords || !intact(words, 0) || words[2] > 1)
        throw CorruptionError(file + ": the archive's header is damaged");
    Header header{{words[3], words[4]}, {}, {}, Version{words[7]}, to_time(words[8])};
    if (words[2] == 1) {
        header.since = Version{words[5]};
        if (words[6] != 0) header.since_time = to_time(words[6]);
    }
    return header;
}

Trailer decode_trailer(Words words, Word header_checksum, const std::string& file) {
    const auto retention = words.size() == kTrailerWords && intact(words, header_checksum)
                               ? to_retention(words[6], words[7])
                               : std::nullopt;
    if (!retention)
        throw CorruptionError(file + ": the archive was cut short, or its end is damaged");
    Trailer trailer{words[0], words[1], words[2],
                    words[3], words[4], {*retention, Version{words[5]}},
                    words[8]};
    trailer.second_part = words[9];
    trailer.second_chain = words[10];
    trailer.last_chain = words[11];
    return trailer;
}

}  // namespace vitrine::core::archive
