package words

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Curable is a Plain whose sentence is the cause alone: what mends it stands apart.
type Curable interface {
	Plain
	// Cure is a clause that can stand behind the cause: it begins with a small letter and has no full stop. It is
	// empty where nobody can name one.
	Cure() string
}

// mended is an error whose cure is known. It is not Plain: what is wrapped around it may say where that was.
type mended struct {
	err  error
	cure string
}

func (m *mended) Error() string { return Join(m.err.Error(), m.cure) }

func (m *mended) Unwrap() error { return m.err }

// without is the text of an error that has m in it, without the cure.
func (m *mended) without(text string) string {
	cause, _ := cutSaid(m.err.Error())
	cure := behind(cause, m.cure)
	if at := strings.LastIndex(text, cure); at >= 0 {
		return text[:at] + text[at+len(cure):]
	}
	return text
}

// Mend is err, whose text is the cause alone, with what mends it: a clause as Curable wants it. An empty cure leaves
// err as it is.
func Mend(err error, cure string) error {
	if err == nil || cure == "" {
		return err
	}
	return &mended{err, cure}
}

// Cure is what mends err, as a clause, where that is known; else "".
func Cure(err error) string {
	plain, m := toldBy(err)
	if m != nil {
		return m.cure
	}
	if curable, ok := plain.(Curable); ok {
		return curable.Cure()
	}
	return ""
}

// toldBy is what says of an error what people are told: a sentence made for them, and what mends it. Either may be nil.
func toldBy(err error) (plain Plain, m *mended) {
	if err == nil {
		return nil, nil
	}
	plain = outermost(err)
	if len(joined(err)) > 1 || !errors.As(err, &m) {
		return plain, nil
	}
	if plain != nil && outermost(m.err) == nil { // the sentence is about more than what is mended
		return plain, nil
	}
	return plain, m
}

// quoted finds what a service says of the single request, in brackets at the end of a cause.
var quoted = regexp.MustCompile(`(?s) \((?:[^()]*, )?(?:[A-Z]\w+ says: |it says: |HTTP \d|code \d).*\)$`)

// Join puts a cure behind its cause, as people read it: what a service says of the single request comes last, and so do
// lines below the cause. Either may be empty.
func Join(cause, cure string) string {
	if cause == "" || cure == "" {
		return cause + cure
	}
	cause, said := cutSaid(cause)
	return strings.TrimSuffix(cause, ".") + behind(cause, cure) + said
}

// behind is a cure as it stands behind its cause: a sentence of its own where the cause has several parts, or is one.
func behind(cause, cure string) string {
	if !strings.Contains(cause, "; ") && !strings.HasSuffix(cause, ".") {
		return ": " + cure
	}
	if ordinary.MatchString(cure) && !command.MatchString(cure) {
		return ". " + strings.TrimSuffix(Sentence(cure), ".")
	}
	return ". " + cure
}

// ordinary is a cure that begins with a word and not with a key, and command one that may begin with a command.
var (
	ordinary = regexp.MustCompile(`^[a-z]+[ ,]`)
	command  = regexp.MustCompile(`^(chmod|loginctl|sudo|systemctl|zoomtag) `)
)

// cutSaid cuts off what a service says of the single request, at the end of a cause, or what stands below it in lines
// of its own.
func cutSaid(cause string) (before, said string) {
	if at := strings.Index(cause, "\n"); at > 0 {
		return cause[:at], cause[at:]
	}
	if at := quoted.FindStringIndex(cause); at != nil {
		return cause[:at[0]], cause[at[0]:]
	}
	return cause, ""
}

// Sentence makes a sentence of a clause; of one that is a sentence already, the same.
func Sentence(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	if size == 0 {
		return ""
	}
	if end, _ := utf8.DecodeLastRuneInString(clause); !strings.ContainsRune(".?!", end) {
		clause += "."
	}
	return string(unicode.ToUpper(first)) + clause[size:]
}

// Clause makes of a sentence what can stand behind a cause. Cures begin with a word that is small in a sentence.
func Clause(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	if size == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + strings.TrimSuffix(sentence[size:], ".")
}
