package metrics

func workers(l *look, to tell) {
	if l.Status.Shared {
		to(float64(len(l.Status.Workers)))
	}
}

func workerCalendars(l *look, to tell) {
	for _, w := range l.Status.Workers {
		if w.Here {
			to(float64(w.Calendars))
		}
	}
}

func workerLag(l *look, to tell) {
	longest := 0.0
	for _, w := range l.Status.Workers {
		longest = max(longest, w.Lag)
	}
	if len(l.Status.Workers) > 0 {
		to(longest)
	}
}

func unclaimed(l *look, to tell) {
	if !l.Status.Shared {
		return
	}
	n := 0
	for i := range l.Status.Calendars {
		if l.Status.Calendars[i].Worker == "" {
			n++
		}
	}
	to(float64(n))
}
