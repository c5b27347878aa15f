package plan

import (
	"strconv"
	"strings"

	"zoomtag/providers/calendar"
)

// Conference is an online meeting that an event already points to.
type Conference struct {
	Name string // "Zoom", "Google Meet", …
	URL  string
	ID   int64 // the Zoom meeting id where the link shows one, else 0
	Data bool  // it stands in the event's conference data, not in its texts
}

// maxLinks bounds how many links of one event are looked at, and maxWrapped how deep a link may be wrapped in others.
const (
	maxLinks   = 200
	maxWrapped = 3
)

// Conferences lists the online meetings that an event points to in its texts (our block left out) and its conference data.
func Conferences(ev *calendar.Event) []Conference {
	var found []Conference
	seen := 0
	for _, text := range linkTexts(ev) {
		for _, link := range links(text) {
			if seen++; seen > maxLinks {
				break
			}
			if c, ok := classify(link, maxWrapped); ok {
				found = append(found, c)
			}
		}
	}
	for _, uri := range ev.Conferences {
		c, ok := classify(uri, maxWrapped)
		if !ok {
			c = Conference{Name: uri, URL: uri}
		}
		c.Data = true
		found = append(found, c)
	}
	return found
}

// linkTexts are the texts of an event in which links are looked for.
func linkTexts(ev *calendar.Event) []string {
	return []string{calendar.StripBlock(ev.Description), ev.Location, ev.URL}
}

// unlooked tells the owner that there are more links than are looked at, if there are.
func unlooked(ev *calendar.Event) []string {
	seen := 0
	for _, text := range linkTexts(ev) {
		seen += len(links(text))
	}
	if seen < maxLinks {
		return nil
	}
	return []string{"the event holds " + strconv.Itoa(maxLinks) + " links or more: those behind them are not looked at for another conference"}
}

// links returns what in text looks like an http(s) link.
func links(text string) []string {
	var list []string
	for tries := 0; tries < maxLinks && len(list) < maxLinks; tries++ {
		at := indexHTTP(text)
		if at < 0 {
			break
		}
		text = text[at:]
		end := strings.IndexAny(text, " \t\r\n<>\"'\\|")
		if end < 0 {
			end = len(text)
		}
		list = append(list, strings.TrimRight(text[:end], ".,;:!?)]}>&"))
		text = text[max(end, 4):]
	}
	return list
}

// indexHTTP finds the next http:// or https://, letters in any case.
func indexHTTP(text string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], "://")
		if i < 0 {
			return -1
		}
		i += from
		for _, scheme := range []string{"https", "http"} {
			if i >= len(scheme) && strings.EqualFold(text[i-len(scheme):i], scheme) {
				return i - len(scheme)
			}
		}
		from = i + 3
	}
}

// location is a URL taken apart as far as recognising a meeting needs it.
type location struct{ host, path, query string }

func splitURL(link string) (u location, ok bool) {
	scheme, rest, ok := strings.Cut(link, "://")
	if !ok || !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return u, false
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, u.query, _ = strings.Cut(rest, "?")
	u.host, u.path, _ = strings.Cut(rest, "/")
	if i := strings.LastIndexByte(u.host, '@'); i >= 0 {
		u.host = u.host[i+1:]
	}
	u.host, _, _ = strings.Cut(strings.ToLower(u.host), ":")
	return u, u.host != ""
}

// param returns a query parameter, percent-decoded.
func (u location) param(name string) string {
	for pair := range strings.SplitSeq(strings.ReplaceAll(u.query, "&amp;", "&"), "&") {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return unescape(value)
		}
	}
	return ""
}

func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// onHost reports whether host is domain or below it.
func onHost(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

var zoomDomains = []string{"zoom.us", "zoom.com", "zoom.com.cn", "zoomgov.com", "zoom-x.de"}

// others are the join links of other services: host and the beginning of the path.
var others = []struct{ name, domain, path string }{
	{googleMeet, "meet.google.com", ""},
	{"Microsoft Teams", "teams.microsoft.com", "l/meetup-join"},
	{"Microsoft Teams", "teams.microsoft.com", "meet/"},
	{"Microsoft Teams", "teams.live.com", "meet/"},
	{"Skype", "join.skype.com", ""},
	{"Skype for Business", "meet.lync.com", ""},
	{"Webex", "webex.com", "meet/"},
	{"Webex", "webex.com", "join/"},
	{"Webex", "webex.com", "wbxmjs/"},
	{"Webex", "webex.com", "webappng/"},
	{"Webex", "webex.com", "m/"},
	{"GoTo Meeting", "meet.goto.com", ""},
	{"GoTo Meeting", "gotomeet.me", ""},
	{"GoTo Meeting", "global.gotomeeting.com", "join/"},
	{"Jitsi", "meet.jit.si", ""},
	{"Whereby", "whereby.com", ""},
	{"BlueJeans", "bluejeans.com", ""},
	{"RingCentral", "v.ringcentral.com", "join/"},
	{"FaceTime", "facetime.apple.com", "join"},
}

// classify tells which service's meeting a link joins. Links wrapped by Google's and Outlook's link checkers are unwrapped.
func classify(link string, depth int) (Conference, bool) {
	u, ok := splitURL(link)
	if !ok {
		return Conference{}, false
	}
	if inner := u.inside(); inner != "" && depth > 0 {
		return classify(inner, depth-1)
	}
	for _, domain := range zoomDomains {
		if onHost(u.host, domain) {
			return zoomLink(link, u)
		}
	}
	for _, o := range others {
		if onHost(u.host, o.domain) && len(u.path) > 1 && len(u.path) >= len(o.path) && strings.EqualFold(u.path[:len(o.path)], o.path) {
			return Conference{Name: o.name, URL: link}, true
		}
	}
	return Conference{}, false
}

// inside is the link that Google's or Outlook's link checker wraps, or "".
func (u location) inside() string {
	switch {
	case onHost(u.host, "google.com") && u.path == "url":
		if inner := u.param("q"); inner != "" {
			return inner
		}
		return u.param("url")
	case onHost(u.host, "safelinks.protection.outlook.com"):
		return u.param("url")
	}
	return ""
}

// zoomLink recognises the links with which people get into a Zoom meeting; recordings and dial-in lists are none.
func zoomLink(link string, u location) (Conference, bool) {
	c := Conference{Name: "Zoom", URL: link}
	parts := strings.Split(u.path, "/")
	switch parts[0] {
	case "j", "s", "w", "wc":
		for _, p := range parts[1:] {
			if id, err := strconv.ParseInt(p, 10, 64); err == nil && len(p) >= 9 && len(p) <= 12 {
				c.ID = id
				break
			}
		}
		return c, len(parts) > 1
	case "my", "meeting", "webinar":
		return c, len(parts) > 1
	case "addon": // what Zoom's Google add-on writes
		return c, true
	}
	return Conference{}, false
}

// LinkID is the Zoom meeting id that a join URL shows, or 0.
func LinkID(url string) int64 {
	c, _ := classify(url, maxWrapped)
	return c.ID
}

// googleMeet is the name of the one conference that can be replaced where its owner wants that.
const googleMeet = "Google Meet"

// IsGoogleMeet reports whether a conference of an event's conference data is Google Meet.
func IsGoogleMeet(uri string) bool {
	c, ok := classify(uri, maxWrapped)
	return ok && c.Name == googleMeet || uri == googleMeet
}

// OtherConference names a conference in the event that is neither ours, where ours are the given join URLs, nor to be replaced.
func OtherConference(ev *calendar.Event, s *Settings, ours ...string) (name string, found bool) {
	c, found := foreign(ev, s.ReplaceMeet, ours...)
	return c.Name, found
}

// foreign returns the first conference of the event that is not ours, where ours are the given join URLs. One that is to be
// replaced does not count.
func foreign(ev *calendar.Event, replaceMeet bool, ours ...string) (Conference, bool) {
	for _, c := range Conferences(ev) {
		mine := replaceMeet && ev.Meet && c.Data && c.Name == googleMeet
		for _, url := range ours {
			mine = mine || url != "" && (c.URL == url || c.ID != 0 && c.ID == LinkID(url))
		}
		if !mine {
			return c, true
		}
	}
	return Conference{}, false
}
