#!/usr/bin/env python3
"""Weather stations: CSV data into a store, questions to ranges of it, sums with NumPy while a writer goes
on, and pictures of the data and of an object's history.

usage: PYTHONPATH=<where vitrine is> python3 weather.py [--days N] [FOLDER]
"""

import argparse
import csv
import datetime
import math
import pathlib
import random
import tempfile
import threading

import matplotlib
import numpy
import vitrine
from vitrine import Ref

matplotlib.use("Agg")  # files, no windows
from matplotlib import pyplot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BEGIN = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
STATIONS = {"Coast": 4.0, "Forest": 310.0, "Summit": 1890.0, "Valley": 120.0}
SEED = 20250101
HOUR = 3600


def write_csv(path, days):
    """Made-up readings, always the same: an hour a line for each station."""
    chance = random.Random(SEED)
    with open(path, "w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["station", "time", "temperature", "rain"])
        for hour in range(days * 24):
            time = BEGIN + datetime.timedelta(hours=hour)
            season = -12 * math.cos(hour / 24 / 365 * math.tau)
            daily = -5 * math.cos(hour / 24 * math.tau)
            for name, height in STATIONS.items():
                temperature = 10 + season + daily - height * 0.0065 + chance.gauss(0, 1.5)
                rain = max(0.0, chance.gauss(-1, 1))
                lines.writerow([name, time.isoformat(), f"{temperature:.2f}", f"{rain:.2f}"])


def import_csv(store, schema, path):
    """Stations become objects, readings entries of one tree: (station, second) -> Reading."""

    def add_stations(tx):
        stations = tx.tree("stations", str, Ref[schema.Station])
        for name, height in STATIONS.items():
            if name not in stations:
                stations[name] = tx.create(schema.Station, name=name, height=height)
        return dict(stations)

    def add(tx, rows, stations):
        readings = tx.tree("readings", (str, int), schema.Reading)
        for row in rows:
            second = int(datetime.datetime.fromisoformat(row["time"]).timestamp())
            readings[row["station"], second] = {
                "temperature": float(row["temperature"]),
                "rain": float(row["rain"]),
                "station": stations[row["station"]],
            }

    stations = store.run(add_stations)
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for begin in range(0, len(rows), 5000):
        store.run(add, rows[begin : begin + 5000], stations, note=f"{path.name}, line {begin + 2}")
    return len(rows)


def first_week(snapshot):
    """A question to a range: only what lies in it is read."""
    readings = snapshot.tree("readings")
    begin = int(BEGIN.timestamp())
    week = readings[("Forest", begin) : ("Forest", begin + 7 * 24 * HOUR)]
    temperatures = week.column("temperature")
    wet = sum(1 for reading in week.values() if reading.rain > 0.5)
    coldest = min(week.items(), key=lambda entry: entry[1].temperature)
    when = datetime.datetime.fromtimestamp(coldest[0][1], datetime.timezone.utc)
    print(f"Forest, first week: {len(week)} hours, {wet} of them wet, {temperatures.mean():.1f} degrees "
          f"in the mean, coldest on {when:%d %B at %H:00}")  # fmt: skip


def daily_means(snapshot, station):
    """Columns come as arrays, in one call and without an object for each number."""
    part = snapshot.tree("readings").prefix(station)
    (_, seconds), temperatures = part.columns("temperature")
    days = (seconds - int(BEGIN.timestamp())) // (24 * HOUR)
    means = numpy.bincount(days, temperatures) / numpy.bincount(days)
    ref = snapshot.tree("stations")[station]
    return means + snapshot[ref].offset


def calibrate(store, stop):
    """Another thread: it corrects a station, and its oldest readings, as long as it is let."""
    step = 0
    while not stop.is_set() or step < 12:
        step += 1

        def change(tx):
            station = tx.edit(tx.tree("stations")["Summit"])
            station.offset = round(0.8 * math.sin(step / 4), 3)
            readings = tx.tree("readings")
            key, reading = readings.prefix("Summit").ceiling(("Summit", step * HOUR))
            readings[key] = reading._asdict() | {"temperature": reading.temperature + 0.1}

        store.run(change, note=f"calibration {step}")
    print(f"the writer committed {step} calibrations meanwhile")


def analyse(store):
    """Many sums over one snapshot while the writer goes on: each gives the same."""
    snapshot = store.snapshot()
    stop = threading.Event()
    writer = threading.Thread(target=calibrate, args=(store, stop))
    writer.start()
    try:
        first = {name: daily_means(snapshot, name) for name in STATIONS}
        for _ in range(10):
            for name in STATIONS:
                assert (daily_means(snapshot, name) == first[name]).all()
    finally:
        stop.set()
        writer.join()
    later = daily_means(store.snapshot(), "Summit")
    print("the snapshot showed the same in 10 rounds; the newest commit shows another Summit:",
          bool((later != first["Summit"]).any()))  # fmt: skip
    return first


def plot_means(means, path):
    figure, axes = pyplot.subplots(figsize=(9, 4), layout="constrained")
    for name, values in means.items():
        axes.plot(values, label=name, linewidth=1)
    axes.set(xlabel="day", ylabel="mean temperature, degrees", title="One snapshot")
    axes.legend()
    figure.savefig(path)


def plot_history(store, path):
    """Every version of an object that the file keeps, when it was made and what it said."""
    ref = store.snapshot().tree("stations")["Summit"]
    versions = store.history(ref)[::-1]
    offsets = [store.snapshot_at(old.version)[ref].offset for old in versions]
    seconds = [(old.time - versions[0].time).total_seconds() for old in versions]
    figure, axes = pyplot.subplots(figsize=(9, 3), layout="constrained")
    axes.step(seconds, offsets, where="post")
    axes.set(xlabel="seconds since the first version", ylabel="offset", title="Summit's history")
    figure.savefig(path)
    print(f"Summit has {len(versions)} versions, the last one of \"{versions[-1].note}\"")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    options = parser.parse_args()
    folder = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="weather-"))
    folder.mkdir(exist_ok=True)
    write_csv(folder / "readings.csv", options.days)
    schema = vitrine.load_schema(HERE / "weather.capnp")
    with vitrine.open(folder / "weather.vitrine", schema=schema, retention="forever") as store:
        print(f"{import_csv(store, schema, folder / 'readings.csv')} readings imported")
        first_week(store.snapshot())
        plot_means(analyse(store), folder / "means.png")
        plot_history(store, folder / "history.png")
        print("verified:", store.verify().ok)
    print(f"means.png and history.png are in {folder}")


if __name__ == "__main__":
    main()
