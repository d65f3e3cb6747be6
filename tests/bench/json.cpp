#include <capnp/compat/json.h>
#include <capnp/message.h>

#include "tests/bench/bench.capnp.h"
#include "tests/bench/machine.hpp"
#include "tests/bench/table.hpp"

namespace vitrine::bench {
namespace {

kj::StringPtr terminated(const std::string& text) { return {text.c_str(), text.size()}; }

void set_store(TableJson::Store::Builder said, const Kind& kind, bool installed) {
    said.setName(std::string(kind.name));
    said.setTitle(std::string(kind.title));
    said.setInstalled(installed);
    said.setSettings(std::string(kind.settings));
}

void set_cell(TableJson::Cell::Builder said, const Kind& kind, const Cell& cell) {
    said.setStore(std::string(kind.name));
    if (!cell.absent.empty()) {
        said.setAbsent(terminated(cell.absent));
        return;
    }
    said.setValue(cell.value);
    said.setAgainstLmdb(cell.times_lmdb);
    said.setLowest(cell.lowest);
    said.setHighest(cell.highest);
    said.setSyncsPerCommit(cell.syncs_per_commit);
}

void set_row(TableJson::Row::Builder said, const Table& table, const Line& line) {
    const auto keys = static_cast<double>(table.scale.keys);
    const Cell& ours = line.cells.front();
    said.setGroup(std::string(line.row->group));
    said.setWork(std::string(line.row->work));
    said.setUnit(std::string(line.row->unit));
    said.setHigherIsBetter(line.row->higher_is_better);
    said.setTarget(target_text(*line.row, keys));
    if (ours.absent.empty())
        said.setReached(reached(*line.row, ours.value, ours.times_lmdb, keys).value_or(0));
    auto cells = said.initCells(static_cast<unsigned>(line.cells.size()));
    for (unsigned i = 0; i < cells.size(); ++i) set_cell(cells[i], *table.stores[i], line.cells[i]);
}

}  // namespace

std::string json(const Table& table) {
    const Machine machine = this_machine();
    capnp::MallocMessageBuilder message;
    auto said = message.initRoot<TableJson>();
    said.setKeys(table.scale.keys);
    said.setRounds(static_cast<unsigned>(table.rounds));
    said.setOthers(table.others);
    said.setCacheBytes(table.scale.cache_bytes);
    said.setDay(terminated(machine.day));
    said.setProcessors(machine.processors);
    said.setProcessor(terminated(machine.processor));
    auto stores =
        said.initStores(static_cast<unsigned>(table.stores.size() + table.missing.size()));
    unsigned place = 0;
    for (const Kind* kind : table.stores) set_store(stores[place++], *kind, true);
    for (const Kind* kind : table.missing) set_store(stores[place++], *kind, false);
    auto rows = said.initRows(static_cast<unsigned>(table.lines.size()));
    for (unsigned i = 0; i < rows.size(); ++i) set_row(rows[i], table, table.lines[i]);
    capnp::JsonCodec codec;
    codec.setPrettyPrint(true);
    return std::string(codec.encode(said.asReader()).cStr()) + '\n';
}

}  // namespace vitrine::bench
