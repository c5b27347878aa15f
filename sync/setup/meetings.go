package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// source is where meetings come from, as it was answered.
type source struct {
	mode    string // of a new account; "" is one that is configured
	account string // its name, where the calendar has to choose it
	first   string // how the account is called from now on that has had no name; "" where all have one
	keys    []key
	secrets []file
	host    string // who hosts, where that was asked
}

// meetings asks where meetings come from.
func (d *dialog) meetings(ctx context.Context) (source, error) {
	if d.accounts != nil && !d.Typed && d.answers.Meetings == "" {
		return source{}, nil
	}
	answer, err := d.Ask(ctx, d.meetingsQuestion())
	if err != nil {
		return source{}, err
	}
	if z, ok := d.accounts.Named(answer); ok || answer == asBefore {
		return d.from(z), nil
	}
	s := source{mode: configs.Personal, keys: []key{{"mode", configs.Personal}, {"personal_link", answer}}}
	if err := d.names(&s, answer); err != nil {
		return source{}, err
	}
	switch answer {
	case "zoom":
		err = d.accountApp(ctx, &s)
	case "me":
		err = d.person(ctx, &s)
	}
	if err != nil {
		return s, err
	}
	if d.known(&s) {
		return s, nil
	}
	if s.mode != configs.Personal {
		s.keys = append(s.keys, address("api_url", d.answers.ZoomAPI)...)
		s.keys = append(s.keys, address("oauth_url", d.answers.ZoomOAuth)...)
	}
	return s, nil
}

// from is an account that is configured, or none: the first.
func (d *dialog) from(z configs.Zoom) source {
	if z.Name == d.accounts[0].Name { // nobody has to choose it
		z.Name = ""
	}
	return source{account: z.Name}
}

// known reports whether an account that was answered is configured already. Then it is that one, and people are told.
func (d *dialog) known(s *source) bool {
	if s.mode == "" { // it has been found out
		return true
	}
	z, what := configs.Zoom{Mode: s.mode}, "This Zoom account"
	for _, k := range s.keys {
		switch k.name {
		case "account_id":
			z.AccountID = k.value
		case "client_id":
			z.ClientID = k.value
		case "personal_link":
			z.PersonalLink, what = k.value, "This room"
		}
	}
	there, ok := d.accounts.Same(z)
	if !ok {
		return false
	}
	name := ""
	if there.Name != "" {
		name = ", as " + there.Name
	}
	more := ""
	if z.Mode == configs.User {
		more = "; another person needs an app of their own"
	}
	fmt.Fprintf(d.Out, "%s is configured already%s: meetings come from there%s.\n", what, name, more)
	if z.PersonalLink != there.PersonalLink {
		fmt.Fprintf(d.Out, "Its link has another passcode there, which stays: if that has changed, change personal_link "+
			"in %s.\n", d.Path)
	}
	*s = d.from(there)
	return true
}

// asBefore is the account for everything that chooses none.
const asBefore = "same"

// meetingsQuestion asks where meetings come from: an account that is there, if one is, or another one.
func (d *dialog) meetingsQuestion() Question {
	q := Question{Title: "Where should meetings come from?", Flag: "meetings", Given: d.answers.Meetings,
		Choices: []Choice{
			{Label: "My personal room, for every event: no account needed",
				Typed: "What is the link of your personal room?"},
			{Label: "A meeting for each event, of my own Zoom account: I sign in", Answer: "me"},
			{Label: "A meeting for each event, by an app of the organisation's account", Answer: "zoom"},
		},
		Help: "The link of your personal room (no account needed); zoom for an app of your Zoom account; me to sign " +
			"in at Zoom yourself.",
		Check: d.whichMeetings}
	if d.accounts == nil {
		return q
	}
	there := []Choice{{Label: "As before: from the Zoom account that is configured", Answer: asBefore}}
	for i, name := range d.accounts.Names() {
		there = append(there, Choice{Label: "From the account " + name, Answer: name})
		if i == 0 {
			there = there[1:]
		}
	}
	q.Default, q.Choices = there[0].Answer, append(there, q.Choices...)
	q.Help = "The name of an account that is configured; else a room's link, zoom or me for another account."
	if len(d.accounts.Names()) == 0 {
		q.Help = "same: from the account that is configured; else a room's link, zoom or me for another account."
	}
	return q
}

// names gives a new account a name beside others, and the one that has had none so far.
func (d *dialog) names(s *source, answer string) error {
	if d.accounts == nil {
		return nil
	}
	taken := map[string]bool{}
	for _, name := range d.accounts.Names() {
		taken[strings.ToLower(name)] = true
	}
	if len(taken) == 0 {
		s.first = "main"
		taken[s.first] = true
	}
	s.account = cmp.Or(d.answers.ZoomName, map[string]string{"zoom": "zoom", "me": "me"}[answer], "room")
	if d.answers.ZoomName != "" && taken[strings.ToLower(d.answers.ZoomName)] {
		return words.Usage(words.Mend(fmt.Errorf("--zoom-name: there is an account %s already",
			d.answers.ZoomName), "give this one another name"))
	}
	base := s.account
	for n := 2; taken[strings.ToLower(s.account)]; n++ {
		s.account = fmt.Sprintf("%s-%d", base, n)
	}
	return nil
}

// address is a key for an address, where one was given.
func address(name, value string) []key {
	if value == "" {
		return nil
	}
	return []key{{name, value}}
}

// whichMeetings checks an answer: a link has to be that of a room.
func (d *dialog) whichMeetings(answer string) (string, error) {
	answer = strings.TrimSpace(answer)
	said := []string{"zoom", "me"}
	if d.accounts != nil {
		said = append(said, asBefore)
	}
	if word := strings.ToLower(answer); slices.Contains(said, word) {
		return word, nil
	}
	if z, ok := d.accounts.Named(answer); ok {
		return z.Name, nil
	}
	if !strings.HasPrefix(answer, "https://") {
		return "", fmt.Errorf("paste the link of your personal room, which begins with https://, or write %s",
			strings.Join(append(d.accounts.Names(), said...), " or "))
	}
	if _, err := d.Kinds.Personal(answer); err != nil {
		return "", errors.New(strings.ReplaceAll(err.Error(), "zoom.personal_link", "the link"))
	}
	return answer, nil
}

// accountApp asks for the credentials of an app of the Zoom account.
func (d *dialog) accountApp(ctx context.Context, s *source) error {
	d.show(GuideZoomAccount, d.answers.ZoomClient)
	s.mode, s.keys = configs.ServerToServer, []key{{"mode", configs.ServerToServer}}
	for _, q := range []struct {
		key string
		Question
	}{
		{"account_id", Question{Title: "What is the Account ID?", Flag: "zoom-account-id",
			Given: d.answers.ZoomAccount}},
		{"client_id", Question{Title: "What is the Client ID?", Flag: "zoom-client-id", Given: d.answers.ZoomClient}},
	} {
		q.Help, q.Check = "It stands on the app's page App Credentials.", filled
		answer, err := d.Ask(ctx, q.Question)
		if err != nil {
			return err
		}
		s.keys = append(s.keys, key{q.key, answer})
		if q.key == "account_id" && d.known(s) {
			return nil
		}
	}
	secret, err := d.secret(ctx, Question{Title: "What is the Client Secret?", Flag: "zoom-secret-file",
		Given: d.answers.ZoomSecret,
		Help:  "It stands on the same page; it is kept in a file that you alone can read."})
	name := strings.TrimSuffix("zoom-"+s.account, "-") + "-secret"
	s.secrets = []file{{name, secret}}
	s.keys = append(s.keys, key{"client_secret", "file:" + name})
	return err
}

// person asks for the app by which a person signs in.
func (d *dialog) person(ctx context.Context, s *source) error {
	d.show(GuideZoomPerson, d.answers.ZoomClient)
	client, err := d.Ask(ctx, Question{Title: "What is the public client ID?", Flag: "zoom-client-id",
		Given: d.answers.ZoomClient, Check: filled,
		Help: "It stands on the app's page under Use Public Client OAuth, and needs no secret."})
	s.mode, s.keys = configs.User, []key{{"mode", configs.User}, {"client_id", client}}
	return err
}
