package configs

import "strconv"

// API says who may ask over HTTP what else commands ask.
type API struct {
	Tokens []Token `yaml:"tokens"`
}

// Token lets in who shows it.
type Token struct {
	// Name is what logs call whoever shows it.
	Name  string `yaml:"name" is:"account" need:"yes"`
	Token Secret `yaml:"token" need:"yes"`
	// May is what it is good for: MayRead, MayAct.
	May []string `yaml:"may" one:"read act"`
}

// The values of Token.May: to be shown what is known, and to have something done.
const (
	MayRead = "read"
	MayAct  = "act"
)

// setDefaults fills in what the section does not write.
func (t *Token) setDefaults() { t.May = []string{MayRead} }

// validateAPI checks the tokens that are known by now: those in the file, or, once they are fetched, the others.
func (d *decoder) validateAPI(c *Config, literal bool) {
	names, values := map[string]bool{}, map[string]string{}
	for i, t := range c.API.Tokens {
		path := "api.tokens[" + strconv.Itoa(i) + "]"
		if literal && t.Name != "" && names[t.Name] {
			d.failAt(path+".name", "there are two tokens called %s", quote(t.Name)).
				mend("choose another name")
		}
		names[t.Name] = true
		value := t.Token.Reveal()
		if value != "" && t.Token.literal() == literal && !goodToken(value) {
			d.failAt(path+".token",
				"a token has to be 16 to 200 letters, digits, - and _, so that nobody guesses it").
				mend("\"openssl rand -hex 16\" makes one")
		}
		if other, taken := values[value]; taken && value != "" && !d.wrong(path) {
			d.failAt(path+".token", "the token is that of %s as well", quote(other)).
				mend("make one for each")
		}
		values[value] = t.Name
	}
}
