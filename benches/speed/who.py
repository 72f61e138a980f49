"""The least a person would write instead: who is on call now, from one CSV of start,end,person."""
import csv
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

chicago = ZoneInfo("America/Chicago")
at = datetime.fromisoformat(sys.argv[2]).replace(tzinfo=chicago)


def instant(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=chicago)


with open(sys.argv[1], newline="", encoding="utf-8-sig") as sheet:
    for row in csv.DictReader(sheet):
        if instant(row["start"]) <= at < instant(row["end"]):
            print(row["person"], "until", row["end"])
