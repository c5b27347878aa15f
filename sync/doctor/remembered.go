package doctor

import (
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store/record"
	"zoomtag/sync/plan"
)

// Remembered are the facts of an event that only its record tells of.
func Remembered(now time.Time, rec *record.Record) Facts {
	start := Begin(rec)
	ev := &calendar.Event{ID: rec.EventID, UID: rec.UID, Title: rec.Title, Start: start, End: start.Add(time.Hour),
		Until: rec.Until}
	if length := Length(rec); length > 0 {
		ev.End = start.Add(length)
	}
	return Facts{Now: now, Calendar: rec.Calendar, Event: ev, Record: rec}
}

// JudgeNotes says what of an event with a link could not be had as it was asked for, which the record tells.
func JudgeNotes(f Facts) (list []Finding) {
	if f.Record == nil || f.Record.State != plan.Linked {
		return nil
	}
	for _, note := range f.Record.Notes {
		cause, cure := words.Apart(note)
		list = append(list, f.where(found(NotAsAsked, cause).cured(words.Sentence(cure))))
	}
	return list
}

// Begin is when people meet for the event of a record: of one of whole days whose tag gives a time, at that.
func Begin(rec *record.Record) time.Time {
	wholeDays := rec.Until.Sub(rec.Start) >= 23*time.Hour // a day on which clocks go forward
	if told := rec.Told; wholeDays && told != nil && told.Kind == meeting.Scheduled {
		if told.Start.After(rec.Start) && told.Start.Before(rec.Until) {
			return told.Start
		}
	}
	return rec.Start
}

// Length is how long the event of a record takes; 0 where its record does not tell.
func Length(rec *record.Record) time.Duration {
	if rec.Told != nil && rec.Told.Duration > 0 {
		return rec.Told.Duration
	}
	// a single event; how long an occurrence of a series is, nobody has noted
	if length := rec.Until.Sub(rec.Start); length > 0 && length <= 24*time.Hour {
		return length
	}
	return 0
}
