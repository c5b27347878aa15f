package doctor

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"zoomtag/providers/links"
)

// way is what opening a link does.
type way string

const (
	joins     way = "join"
	starts    way = "start"
	admits    way = "admit" // one registered person
	registers way = "register"
	enters    way = "enter" // a personal room, by its name
	elsewhere way = "page"  // some page of Zoom's
)

// link is a link taken apart.
type link struct {
	raw, url string // url is unwrapped
	host     string
	user     string // before the @, where a host's name is sometimes put on show
	zoom     bool
	way      way
	id       string // the digits where the meeting's number belongs
	pwd      string
	secret   string // which credential it holds: "zak", "tk" or none
}

// otherDomains are Zoom's as well, and no meeting is joined there.
var otherDomains = []string{"zoomstatus.com", "zoomcrc.com", "zoomapp.cloud"}

// parse takes a link apart as far as it can be.
func parse(raw string) link {
	l := link{raw: raw, url: links.Unwrap(raw), way: elsewhere}
	u, err := url.Parse(l.url)
	if err != nil {
		return l
	}
	l.host, l.user = strings.ToLower(u.Hostname()), strings.ToLower(u.User.Username())
	l.zoom = links.OnZoom(l.host) ||
		slices.ContainsFunc(otherDomains,
			func(d string) bool { return l.host == d || strings.HasSuffix(l.host, "."+d) })
	query := u.Query()
	l.pwd = query.Get("pwd")
	l.way, l.id = wayOf(strings.Split(strings.Trim(u.Path, "/"), "/"), query)
	switch {
	case query.Has("zak"):
		l.secret, l.way = "zak", starts
	case l.way == starts:
		l.secret = "start"
	case query.Has("tk"):
		l.secret, l.way = "tk", admits
	}
	return l
}

// ways are the beginnings of paths at Zoom.
var ways = map[string]way{"j": joins, "wc": joins, "w": joins, "addon": joins, "s": starts, "my": enters,
	"meeting": registers, "webinar": registers,
	"ev": registers}

// wayOf says what opening a path does, and which meeting number is in it.
func wayOf(path []string, query url.Values) (w way, id string) {
	if path[0] == "join" { // zoommtg://zoom.us/join?confno=…
		if id = query.Get("confno"); id != "" {
			return joins, id
		}
	}
	w, known := ways[path[0]]
	if !known {
		return elsewhere, ""
	}
	if (w == joins || w == starts) && path[0] != "addon" {
		for _, p := range path[1:] {
			if p != "" && strings.Trim(p, "0123456789") == "" {
				return w, p
			}
		}
	}
	return w, ""
}

// Mask is a link without what opens it: of a path only plain words and meeting numbers are shown, of a query only
// names.
func Mask(raw string) string {
	l := links.Unwrap(raw)
	l, _, _ = strings.Cut(l, "#")
	bare, query, asks := strings.Cut(l, "?")
	scheme, rest, ok := strings.Cut(bare, "://")
	if !ok {
		scheme, rest = "", bare
	}
	host, path, hasPath := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = "***" + host[at:]
	}
	masked := host
	if ok {
		masked = scheme + "://" + host
	}
	if hasPath {
		parts := strings.Split(path, "/")
		for i, part := range parts {
			if part != "" && !plainPart.MatchString(part) {
				parts[i] = "***"
			}
		}
		masked += "/" + strings.Join(parts, "/")
	}
	if !asks {
		return masked
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, valued := strings.Cut(pair, "=")
		if !valued || !plainName.MatchString(name) {
			name = "***"
		} else {
			name += "=***"
		}
		kept = append(kept, name)
	}
	return masked + "?" + strings.Join(kept, "&")
}

// What of a link may be shown: words, the names of rooms, meeting numbers, and names in a query.
var (
	plainPart = regexp.MustCompile(`^([0-9]{1,11}|[A-Za-z][A-Za-z._-]{0,31})$`)
	plainName = regexp.MustCompile(`^[A-Za-z_]{1,20}$`)
)

// LinkIn finds the link that somebody means in a text: one that only looks like Zoom's
// before all others, then one that leads into a meeting. It is "" where there is none.
func LinkIn(text string) string {
	text = strings.TrimSpace(text)
	list := links.Find(text)
	oneWord := !strings.ContainsAny(text, " @\n")
	address := strings.Contains(text, ".") && strings.Contains(text, "/")
	if len(list) == 0 && oneWord && address {
		return "https://" + text // as people type it
	}
	for _, wanted := range []func(l link) bool{link.looksLikeZoom, link.leadsIn, func(l link) bool { return l.zoom }} {
		for _, l := range list {
			if wanted(parse(l)) {
				return l
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// confusable are letters that look like those of "zoom" in Latin.
var confusable = strings.NewReplacer("0", "o", "о", "o", "ο", "o", "օ", "o", "ⲟ", "o", "ö", "o", "ō", "o", "ó", "o",
	"ò", "o", "м", "m", "ᴢ", "z", "ž", "z", "ż", "z", "rn", "m", "ooo", "oo")

// looksLikeZoom reports whether a link that is not Zoom's could be taken for one: by its host's name, or by a path as
// Zoom's are.
func (l link) looksLikeZoom() bool {
	if l.zoom || l.host == "" {
		return false
	}
	for _, name := range []string{l.host, l.user} {
		for _, word := range strings.FieldsFunc(confusable.Replace(name),
			func(r rune) bool { return r == '.' || r == '-' || r == ':' }) {
			if l.saysZoom(word) {
				return true
			}
		}
	}
	likely := l.way != elsewhere && len(l.id) >= 9 && len(l.id) <= 11
	return likely && (l.pwd != "" || strings.Contains(l.host, "xn--"))
}

// saysZoom reports whether a word of a host's name is Zoom's, or, where the link shows a meeting number, begins with
// it.
func (l link) saysZoom(word string) bool {
	switch word {
	case "zoom", "zoomus", "zoomgov":
		return true
	}
	return l.id != "" && strings.HasPrefix(word, "zoom")
}

// leadsIn reports whether a link leads into a meeting.
func (l link) leadsIn() bool {
	return l.zoom && l.way != elsewhere && !strings.HasSuffix(strings.SplitN(l.url, "?", 2)[0], "/ics")
}

// broken says how a link is cut off or wrapped, or "". text is what it stands in.
func (l link) broken(text string) string {
	after := ""
	if i := strings.Index(text, l.raw); i >= 0 && l.raw != "" {
		after = text[i+len(l.raw):]
	}
	_, query, asks := strings.Cut(l.url, "?")
	entersOne := l.way == joins || l.way == starts
	switch {
	case strings.HasPrefix(after, "…"), strings.HasPrefix(after, "..."), strings.HasSuffix(l.url, "…"):
		return "it ends in dots"
	case continued(l.raw, after):
		return "it goes on in the next line"
	case l.zoom && l.way == joins && l.oddNumber():
		return "its meeting number has " + strconv.Itoa(len(l.id)) + " digits, and Zoom's have 9 to 11"
	case l.zoom && entersOne && l.lacksNumber():
		return "its meeting number is missing"
	case l.zoom && asks && endsInKey(query):
		return "it ends in the middle of the passcode's key"
	case l.zoom && !wellFormed(l.pwd):
		return "the passcode's key in it has characters that do not belong there, so that the link asks for a passcode"
	}
	return ""
}

// oddNumber reports whether a link shows a meeting number of a length that Zoom's do not have.
func (l link) oddNumber() bool {
	return l.id != "" && (len(l.id) < 9 || len(l.id) > 11)
}

// lacksNumber reports whether a link shows no meeting number; those of add-ons have none.
func (l link) lacksNumber() bool {
	return l.id == "" && !strings.Contains(l.url, "/addon/")
}

// endsInKey reports whether a query was cut off in the name of the passcode, or before its value.
func endsInKey(query string) bool {
	switch query {
	case "", "p", "pw", "pwd":
		return true
	}
	return strings.HasSuffix(query, "pwd=") || strings.HasSuffix(query, "&")
}

// The keys of passcodes that Zoom writes today are of 30 characters, a dot and a number; those of before are of 32,
// without a dot.
const (
	keyLength    = 30
	oldKeyLength = 32
)

// wellFormed reports whether a passcode's key can be one. Something that stood behind the link may be glued to it, or a
// piece of an encoding be left in it: >, or the 3D of an equals sign in quoted-printable.
func wellFormed(pwd string) bool {
	key, number := pwd, ""
	if dot := strings.LastIndexByte(pwd, '.'); dot >= 0 {
		key, number = pwd[:dot], pwd[dot+1:]
		if number == "" || len(number) > 2 || strings.Trim(number, "0123456789") != "" {
			return false
		}
	}
	if strings.Trim(key, keyLetters) != "" {
		return false
	}
	switch {
	case !strings.HasPrefix(key, "3D"):
		return true
	case number == "":
		return len(key) == oldKeyLength
	}
	return len(key) == keyLength
}

const keyLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/="

// continued reports whether the next line of a text is the rest of a link.
func continued(link, after string) bool {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(after, "\r"), "\n")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " \t>")
	if strings.HasPrefix(rest, "?pwd=") || strings.HasPrefix(rest, "&pwd=") {
		return true
	}
	const key = "?pwd="
	for cut := 1; cut < len(key); cut++ { // it was cut within the key
		if strings.HasSuffix(link, key[:cut]) && strings.HasPrefix(rest, key[cut:]) && !strings.HasPrefix(rest, "==") {
			return true
		}
	}
	line, _, _ := strings.Cut(rest, "\n")
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	return digits > 0 && strings.HasPrefix(line[digits:], "?pwd=")
}

// maxHosts bounds how many hosts are connected to.
const maxHosts = 5

// Hosts are the hosts of Zoom's that links lead to, and Zoom's own where there are none.
func Hosts(links []string) []string {
	var list []string
	for _, raw := range links {
		if l := parse(raw); l.zoom && !slices.Contains(list, l.host) && len(list) < maxHosts {
			list = append(list, l.host)
		}
	}
	if len(list) == 0 {
		list = []string{"zoom.us"}
	}
	return list
}
