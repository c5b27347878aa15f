package page

import (
	"fmt"

	"zoomtag/providers/words"
)

// worker is one of those that share the state.
type worker struct {
	Name, Version, Calendars, Lag string
	Since                         moment
	Health                        health
	Here, Differs                 bool
}

// lateSign is how many seconds after its last sign a worker is in doubt: it gives one each second.
const lateSign = 2

func (p *Page) workers(f *facts) (list []worker) {
	for _, w := range f.status.Workers {
		one := worker{Name: w.Name, Version: w.Version, Calendars: words.Count(w.Calendars, "calendar"),
			Lag: fmt.Sprintf("%.1f s", w.Lag), Since: p.moment(w.Since), Health: well, Here: w.Here,
			Differs: w.Differs}
		if w.Lag > lateSign {
			one.Health = health{"warn", "gives no sign of life"}
		}
		list = append(list, one)
	}
	return list[:min(len(list), maxBars)]
}
