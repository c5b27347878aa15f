package calendar

// Told is what the last answer of Changes has told, for adapters that know their own writes again. Whoever asks a
// second time with the same cursor has not saved that answer: what was news in it is news again, also where the adapter
// has meanwhile written into the event, and would take it for its own work.
type Told struct {
	from string
	news []string
}

// Note keeps what an answer to a cursor tells.
func (t *Told) Note(from string, list []Change) {
	*t = Told{from: from}
	for i := range list {
		if !list[i].Same && from != "" {
			t.news = append(t.news, list[i].ID)
		}
	}
}

// Dropped are the ids that were news in the last answer, if it was to this cursor.
func (t *Told) Dropped(from string) []string {
	if from != t.from {
		return nil
	}
	return t.news
}
