package config

// Journal is how the journal is watched and kept.
type Journal struct {
	// Witnesses is a file: the policy that says which witnesses have to have
	// cosigned a checkpoint before it becomes public (C2SP tlog-policy, with
	// the address of each). "" asks nobody. The site shows it, and whoever has
	// seen it once accepts no weaker one.
	Witnesses string `yaml:"witnesses"`
}
