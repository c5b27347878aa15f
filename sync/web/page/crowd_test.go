package page

import (
	"fmt"
	"strings"
	"testing"
)

// part is what stands in a page from an id on, to the end of its section.
func part(page, id string) string {
	_, rest, _ := strings.Cut(page, `id="`+id+`"`)
	rest, _, _ = strings.Cut(rest, "</section>")
	return rest
}

func TestManyCalendars(t *testing.T) {
	w := newWorld(t, crowd(60, 20))
	first := w.get("/")
	w.shows(
		first,
		"1–25 of 60",
		`rel="next" href="/?page=2#week"`,
		"The calendar service does not answer.",
		"person-0023",
	)
	w.hides(part(first, "rows"), "person-0024", `rel="prev"`)
	if strings.Index(first, "person-0059") > strings.Index(first, "person-0000") {
		t.Error("the calendar that fails is not the first one")
	}
	w.shows(w.get("/?page=3"), "51–60 of 60", "person-0058", `rel="prev" href="/?page=2#week"`)
	w.shows(w.get("/?page=99"), "51–60 of 60")
	w.shows(w.get("/?page=-4"), "1–25 of 60")
	found := part(w.get("/?q=PERSON-004"), "rows")
	w.shows(found, "person-0040", "person-0049")
	w.hides(found, "person-0050", "of 60</span>")
	w.shows(w.get("/?q=failing"), "person-0059")
	w.shows(w.get("/?q=nobody"), "No calendar is called “nobody”")
}

// TestManyEvents: a day that is full is folded, and no list is endless.
func TestManyEvents(t *testing.T) {
	s := calm()
	for i := range 200 {
		s.links = append(
			s.links,
			link("board", fmt.Sprintf("x%d", i), fmt.Sprintf("Slot %03d", i), 24+float64(i)/100, 5, "z@example.com"),
		)
	}
	w := newWorld(t, s)
	text := w.get("/")
	w.shows(text, "196 more", "and 156 more", "Slot 003")
	if n := strings.Count(text, "Slot "); n > 2*(maxChips+maxFolded)*(1+maxTogether)*2+maxInList*(2+2*maxTogether) {
		t.Errorf("%d mentions", n)
	}
}
