package plan

import (
	"slices"
	"strconv"

	"zoomtag/providers/calendar"
	"zoomtag/providers/links"
)

// Conference is an online meeting that an event already points to.
type Conference struct {
	Name string // "Zoom", "Google Meet", …
	URL  string
	ID   int64 // the Zoom meeting id where the link shows one, else 0
	Data bool  // it stands in the event's conference data, not in its texts
}

// maxLinks bounds how many links of one event are looked at.
const maxLinks = links.MaxLinks

// Conferences lists the online meetings that an event points to in its texts (our block left out) and its conference
// data.
func Conferences(ev *calendar.Event) []Conference {
	var found []Conference
	seen := 0
	for _, text := range ev.LinkTexts() {
		for _, link := range links.Find(text) {
			if seen++; seen > maxLinks {
				break
			}
			if p, ok := links.Classify(link); ok {
				found = append(found, Conference{Name: p.Service, URL: p.URL, ID: p.ID})
			}
		}
	}
	for _, uri := range ev.Conferences {
		c := Conference{Name: uri, URL: uri, Data: true}
		if p, ok := links.Classify(uri); ok {
			c.Name, c.URL, c.ID = p.Service, p.URL, p.ID
		}
		found = append(found, c)
	}
	return found
}

// unlooked tells the owner that there are more links than are looked at, if there are.
func unlooked(ev *calendar.Event) []string {
	seen := 0
	for _, text := range ev.LinkTexts() {
		seen += len(links.Find(text))
	}
	if seen < maxLinks {
		return nil
	}
	return []string{"the event holds " + strconv.Itoa(maxLinks) +
		" links or more: those behind them are not looked at for another conference"}
}

// LinkID is the Zoom meeting id that a join URL shows, or 0.
func LinkID(url string) int64 {
	p, _ := links.Classify(url)
	return p.ID
}

// IsGoogleMeet reports whether a conference of an event's conference data is Google Meet, the one that can be replaced
// where its owner wants that.
func IsGoogleMeet(uri string) bool {
	p, ok := links.Classify(uri)
	return ok && p.Service == links.GoogleMeet || uri == links.GoogleMeet
}

// OtherConference names a conference in the event that is neither ours, where ours are the given join URLs, nor to be
// replaced.
func OtherConference(ev *calendar.Event, s *Settings, ours ...string) (name string, found bool) {
	c, found := foreign(ev, s.ReplaceMeet, ours...)
	return c.Name, found
}

// isMeetData reports whether c is Google Meet as conference data: a Meet link in a text is the owner's, and stays.
func (c *Conference) isMeetData() bool { return c.Data && c.Name == links.GoogleMeet }

// isOf reports whether c is the meeting of a join URL.
func (c *Conference) isOf(url string) bool {
	if url == "" {
		return false
	}
	return c.URL == url || c.ID != 0 && c.ID == LinkID(url)
}

// foreign returns the first conference of the event that is not ours, where ours are the given join URLs. One that is
// to be replaced does not count.
func foreign(ev *calendar.Event, replaceMeet bool, ours ...string) (Conference, bool) {
	for _, c := range Conferences(ev) {
		replaced := replaceMeet && ev.Meet && c.isMeetData()
		if !replaced && !slices.ContainsFunc(ours, c.isOf) {
			return c, true
		}
	}
	return Conference{}, false
}
