package config

// Journal is how the journal is watched and kept.
type Journal struct {
	// Witnesses is a file: the policy that says which witnesses have to have
	// cosigned a checkpoint before it becomes public (C2SP tlog-policy, with
	// the address of each). "" asks nobody. The site shows it, and whoever has
	// seen it once accepts no weaker one.
	Witnesses string `yaml:"witnesses"`
	// Retention is how many years an event is kept; 0 is 5. The terms say it:
	// another number makes other terms, which citizens are asked to accept.
	Retention int `yaml:"retention"`
}

// Years is Retention with its default.
func (j Journal) Years() int {
	if j.Retention == 0 {
		return 5
	}
	return j.Retention
}
