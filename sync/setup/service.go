package setup

import (
	"context"
	"errors"
	"strings"
)

// Service asks whether zoomtag is to run always from now on. Where that cannot be, nobody is asked; given is what a
// flag says.
func Service(ctx context.Context,
	ask func(context.Context, Question) (string, error), given string, possible bool) (bool, error) {
	if given == "" && !possible {
		return false, nil
	}
	answer, err := ask(ctx, Question{Title: "Shall zoomtag always run, as a service?", Flag: "service", Given: given,
		Default: "yes", Check: YesOrNo, Choices: Yes,
		Help: "It then keeps the links right by itself; zoomtag service uninstall takes that back."})
	return answer == "yes", err
}

// Yes and no, of which the first is the default.
var (
	Yes = []Choice{{Label: "Yes", Answer: "yes"}, {Label: "No", Answer: "no"}}
	No  = []Choice{Yes[1], Yes[0]}
)

// YesOrNo reads an answer.
func YesOrNo(answer string) (string, error) {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "yes", "y":
		return "yes", nil
	case "no", "n":
		return "no", nil
	}
	return "", errors.New("answer yes or no")
}
