package plan

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zoomtag/providers/calendar"
)

// What mail programs write above a mail that they quote or forward, in the languages that they speak. The words are
// those that Outlook, Gmail, Apple Mail and Thunderbird show in front of sender, date and subject, and in the line that
// says who wrote when. They are facts about those programs, gathered from the mails that they send; a language more is
// a few words more.

// fromLabels, sentLabels and subjectLabels stand in front of a colon, in small letters.
var (
	fromLabels = wordSet(`from|von|absender|de|expéditeur|remitente|da|mittente|van|afzender|od|nadawca|från|avsändare|fra|afsender|lähettäjä|odesílatel|
		odosielateľ|от|отправитель|від|kimden|gönderen|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|feladó|de la|από|šalje|מאת|من|dari|từ|จาก|de part de|nuo|no|saatja|
		frá|nork|प्रेषक|шаље|пошиљалац|pošiljatelj|pošiljalac`)
	sentLabels = wordSet(`sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviado em|fecha|enviada em|enviada|data|inviato|data invio|verzonden|
		wysłano|wysłane|skickat|sendt|sendt dato|dato|lähetetty|päivämäärä|päiväys|pvm|odesláno|odoslané|dátum|отправлено|дата|надіслано|gönderildi|
		gönderilme tarihi|gönderme tarihi|tarih|送信日時|日付|日時|发送时间|发送日期|日期|时间|時間|寄件日期|傳送時間|보낸 날짜|날짜|elküldve|trimis|dată|
		στάλθηκε|ημερομηνία|poslano|נשלח|תאריך|تاريخ الإرسال|التاريخ|dikirim|tanggal|đã gửi|ngày|ส่ง|วันที่|изпратено|
		enviat|saadetud|kuupäev|poslato|išsiųsta|nosūtīts|datums|bidaltze-data|bidalia|भेजा गया|दिनांक|dagsetning|послато`)
	subjectLabels = wordSet(`subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|temat|ämne|emne|aihe|předmět|predmet|тема|konu|件名|主题|主題|主旨|
		제목|tárgy|subiect|θέμα|נושא|الموضوع|subjek|perihal|chủ đề|หัวเรื่อง|относно|assumpte|
		teema|tema|zadeva|tēma|gaia|विषय|efni|naslov`)
)

// mailWords are in the lines of dashes above such a mail: "-----Original Message-----".
var mailWords = wordList(`message|nachricht|messaggio|mensaje|mensagem|bericht|meddelande|meddelelse|melding|besked|wiadomo|viesti|zpráva|správa|сообщени|
	повідомлен|ileti|mesaj|メッセージ|邮件|郵件|메시지|üzenet|μήνυμα|poruka|הודעה|رسالة|pesan|thư`)

// wroteWords say that somebody wrote, and openWords are those with which such a line begins where it is long enough to
// be broken.
var (
	wroteWords = wordList(`wrote|schrieb|geschrieben|a écrit|escribió|ha scritto|escreveu|schreef|geschreven|napisał|napisała|napisał(a)|napisał/a|skrev|
		kirjoitti|napsal|napsal(a)|napisal|napisala|napsala|napísal|napísal(a)|написал|написал(а)|написала|писал|пише|написав|yazdı|のメール|のメッセージ|写道|寫道|님이 작성|ezt írta|
		a scris|έγραψε|va escriure|je napisao|כתב|كتب|menulis|đã viết|เขียน|написа|missatge|napisao je|napisala je|је написао|
		rašė|rakstīja|kirjutas|skrifaði|idatzi du|מאת`)
	openWords = wordList(`on|am|le|el|il|em|a|op|w dniu|dnia|den|on|dne|в|ma|ti|ke|to|pe|la|su|pon.|wt.|śr.|czw.|pt.|sob.|niedz.`)
)

func wordList(list string) []string {
	all := strings.Split(list, "|")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range wordList(list) {
		set[word] = true
	}
	return set
}

// Bounds on what is looked at to find where a quoted mail begins.
const (
	maxLabel       = 48  // bytes in front of a colon
	maxHeaderLines = 14  // of the header of a mail, empty ones and broken ones included
	maxAttribution = 400 // bytes of "On … wrote:"
	maxBroken      = 3   // lines of it
)

// directions are the marks with which programs part texts that run from the right from others.
const directions = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// Kinds of lines in the header of a mail.
const (
	fromLine = 1 << iota
	sentLine
	subjectLine
)

// mailLine is the kind of a line in the header of a mail, 0 for any other line.
func mailLine(line string) int {
	line = strings.TrimLeft(line[:min(len(line), maxLabel+8)], " \t\u00a0*_"+directions)
	end := strings.IndexAny(line, ":：")
	if end <= 0 || end > maxLabel {
		return 0
	}
	label := strings.ToLower(strings.TrimRight(line[:end], " \t\u00a0\u202f*_"+directions))
	switch {
	case fromLabels[label]:
		return fromLine
	case sentLabels[label]:
		return sentLine
	case subjectLabels[label]:
		return subjectLine
	}
	return 0
}

// isMailHeader reports whether lines begin with the header of a mail: sender, date and subject, whatever else stands
// among them. Two of them are not enough, a timetable has a "From:" as well.
func isMailHeader(lines []string) bool {
	if mailLine(lines[0]) == 0 {
		return false
	}
	kinds, empty := 0, 0
	for _, line := range lines[:min(len(lines), maxHeaderLines)] {
		if strings.TrimSpace(line) == "" {
			if empty++; empty > 1 {
				return false
			}
			continue
		}
		empty = 0
		kind := mailLine(line)
		if kind == fromLine && strings.Contains(line, "@") {
			kind |= sentLine // whoever has an address of mail is no place, and programs may leave the date out
		}
		if kinds |= kind; kinds == fromLine|sentLine|subjectLine {
			return true
		}
	}
	return false
}

// hasLabels reports whether the first lines that are not empty look like a header in some language: three of them are a
// label and what it says.
func hasLabels(lines []string) bool {
	seen := 0
	for _, line := range lines[:min(len(lines), maxHeaderLines)] {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if i := strings.IndexAny(line[:min(len(line), maxLabel)], ":："); i <= 0 {
			return false
		}
		if seen++; seen == 3 {
			return true
		}
	}
	return false
}

// isMailSeparator recognises "-----Original Message-----". Other words between dashes are headings of the owner's,
// unless the header of a mail follows.
func isMailSeparator(line string) bool {
	line = strings.ReplaceAll(line, "\u2010", "-")
	if !strings.HasPrefix(line, "-----") || !strings.HasSuffix(line, "-----") || len(line) > 100 {
		return false
	}
	inner := strings.ToLower(line)
	return slices.ContainsFunc(mailWords, func(word string) bool { return strings.Contains(inner, word) })
}

// attribution is how many lines, from the first, say who wrote when: "On … wrote:". 0 is none.
func attribution(lines []string) int {
	if isAttribution(lines[0]) {
		return 1
	}
	if !opensAttribution(lines[0]) {
		return 0
	}
	joined := strings.TrimSpace(lines[0][:min(len(lines[0]), maxAttribution)])
	for n := 1; n < min(len(lines), maxBroken); n++ {
		next := strings.TrimSpace(lines[n][:min(len(lines[n]), maxAttribution)])
		if joined += " " + next; next == "" || isAttribution(next) {
			return 0
		}
		if isAttribution(joined) {
			return n + 1
		}
	}
	return 0
}

// opensAttribution reports whether a line begins like one that says who wrote when.
func opensAttribution(line string) bool {
	line = strings.TrimSpace(line[:min(len(line), maxAttribution)])
	for _, word := range openWords {
		if n := foldPrefix(line, word); n > 0 && n < len(line) && line[n] == ' ' {
			return true
		}
	}
	return false
}

// isAttribution reports whether a line says that somebody wrote, and when: it ends with a colon, and has a verb, and a
// time or a year.
func isAttribution(line string) bool {
	if len(line) > maxAttribution+8 {
		return false
	}
	line = strings.Trim(strings.TrimSpace(line), " \u00a0\u202f*_"+directions)
	end, ok := strings.CutSuffix(line, ":")
	if !ok {
		end, ok = strings.CutSuffix(line, "：")
	}
	if !ok || len(line) > maxAttribution || !tellsTime(end) {
		return false
	}
	lower := strings.ToLower(end)
	return slices.ContainsFunc(wroteWords, func(verb string) bool { return holdsWord(lower, verb) }) || japanese(end)
}

// japanese is the same in Japanese, where Gmail says no more than who and when: 2026年1月5日(月) 10:00 Alice
// <alice@example.com>:
func japanese(line string) bool { return strings.Contains(line, "年") && strings.HasSuffix(line, ">") }

// holdsWord reports whether a verb stands in a line, as a word where words are parted.
func holdsWord(line, verb string) bool {
	for rest := line; ; {
		_, after, ok := strings.Cut(rest, verb)
		if !ok {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:len(rest)-len(after)-len(verb)])
		next, _ := utf8.DecodeRuneInString(after)
		first, _ := utf8.DecodeRuneInString(verb)
		if unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai) ||
			!unicode.IsLetter(before) && !unicode.IsLetter(next) {
			return true
		}
		rest = after
	}
}

// tellsTime reports whether there is a time of day or a year in a line.
func tellsTime(line string) bool {
	digits, last := 0, rune(0)
	for _, r := range line {
		if unicode.IsDigit(r) {
			if digits++; digits == 4 || digits == 2 && last == ':' {
				return true
			}
			continue
		}
		divides := r == ':' || r == '.' || r == 'h'
		if digits > 0 && divides {
			last = ':'
		} else {
			last = 0
		}
		digits = 0
	}
	return false
}

// unsaid finds the lines of a text that are not the owner's: quoted mail, and signatures.
type unsaid struct {
	lines  []string
	starts []int // where the lines begin
	blank  func(start, end int)
	size   int
	// What HTML tells beside the words.
	hints calendar.Hints
	// until is where the quoted mail or the signature ends that the line in work is in; 0 for none. Below our block,
	// which goes to the end of a text, the owner has written again.
	ends []int
}

func (u *unsaid) run() {
	until, underlined, border := 0, false, 0
	for i, line := range u.lines {
		start, end := u.starts[i], u.starts[i]+len(line)
		trimmed := strings.TrimSpace(line)
		header := false
		for border < len(u.hints.Headers) && u.hints.Headers[border] < end {
			header = header || u.hints.Headers[border] >= start && hasLabels(u.lines[i:])
			border++
		}
		switch {
		case start < until:
		case strings.HasPrefix(trimmed, ">"):
			u.blank(start, end)
		case header, isMailSeparator(trimmed), underlined && mailLine(line) == fromLine, isMailHeader(u.lines[i:]),
			isSignature(line):
			until = u.after(start)
		default:
			if n := attribution(u.lines[i:]); n > 0 {
				until = u.attributed(i, n)
			}
		}
		if start < until {
			u.blank(start, min(end, until))
		}
		if trimmed != "" {
			underlined = len(trimmed) > 9 && (strings.Trim(trimmed, "_") == "" || strings.HasPrefix(trimmed, "-----"))
		}
	}
	for _, s := range u.hints.Signatures {
		u.blank(s[0], s[1])
	}
}

// attributed is where that ends which somebody else wrote, by a line in work: where it is marked as quoted line by
// line, only this line counts.
func (u *unsaid) attributed(i, n int) int {
	for next := i + n; next < len(u.lines); next++ {
		if t := strings.TrimSpace(u.lines[next]); t != "" {
			if strings.HasPrefix(t, ">") {
				return u.starts[next]
			}
			break
		}
	}
	return u.after(u.starts[i])
}

// after is where a mail that begins at a place ends: with our block below it, or the text.
func (u *unsaid) after(start int) int {
	if n := len(u.ends); n > 0 && u.ends[n-1] > start {
		return u.ends[n-1]
	}
	return u.size
}

// isSignature recognises the line that mail programs put above a signature (RFC 3676 4.3): two hyphens and a space,
// which an owner's ruler lacks. In HTML it is one that does not break.
func isSignature(line string) bool {
	line = strings.TrimRight(line, "\r\n")
	return line == "-- " || line == "--\u00a0"
}
