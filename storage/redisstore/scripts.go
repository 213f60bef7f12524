package redisstore

import "github.com/redis/go-redis/v9"

// Times in scripts are the gateways' own, in microseconds: what has ended by
// them is over, though the server still has it. Its times to live follow the
// same ends, so that nothing stays for ever.
type scripts struct {
	putSession, touchSession, endSession, addToAccount *redis.Script
	putOnce, takeOnce, replaceOnce                     *redis.Script
	allow                                              *redis.Script
}

func newScripts() scripts {
	return scripts{
		putSession: redis.NewScript(putSession), touchSession: redis.NewScript(touchSession),
		endSession: redis.NewScript(endSession), addToAccount: redis.NewScript(addToAccount),
		putOnce: redis.NewScript(putOnce), takeOnce: redis.NewScript(takeOnce), replaceOnce: redis.NewScript(replaceOnce),
		allow: redis.NewScript(allow),
	}
}

const (
	// channel, hash, ttl, then fields and values.
	putSession = `
local was = redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if was == 1 then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
return was`

	// now, seen, idle, idle in microseconds.
	touchSession = `
local s = redis.call('HMGET', KEYS[1], 'ends', 'until')
local now = tonumber(ARGV[1])
if not s[1] or now >= tonumber(s[1]) then return 0 end
local ends = math.min(tonumber(ARGV[4]), tonumber(s[2]))
redis.call('HSET', KEYS[1], 'seen', ARGV[2], 'idle', ARGV[3], 'ends', string.format('%.0f', ends))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, math.ceil((ends - now) / 1000))))
return 1`

	// channel, hash, now, account, id; an empty id is any. Gives the id, the
	// account, and whether it was live; nothing when there is none. The word
	// of it leaves in the same step, so that whoever reads afterwards finds
	// nothing, and whoever read before hears of it.
	endSession = `
local s = redis.call('HMGET', KEYS[1], 'id', 'account', 'ends')
if not s[1] then return {} end
if ARGV[5] ~= '' and (s[1] ~= ARGV[5] or s[2] ~= ARGV[4]) then return {} end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return {s[1], s[2], tonumber(ARGV[3]) < tonumber(s[3]) and 1 or 0}`

	// now, id, value (which begins with its end), ttl.
	addToAccount = `
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if tonumber(string.match(all[i + 1], '^%d+')) <= tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], all[i]) end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
return 1`

	// now, value, end, ttl.
	putOnce = `
local e = redis.call('HGET', KEYS[1], 'ends')
if e and tonumber(ARGV[1]) < tonumber(e) then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'ends', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`

	// now.
	takeOnce = `
local o = redis.call('HMGET', KEYS[1], 'value', 'ends')
redis.call('DEL', KEYS[1])
if not o[2] or tonumber(ARGV[1]) >= tonumber(o[2]) then return {} end
return {o[1]}`

	// now, old, value. The time to live stays as it is.
	replaceOnce = `
local o = redis.call('HMGET', KEYS[1], 'value', 'ends')
if not o[2] or tonumber(ARGV[1]) >= tonumber(o[2]) then return -1 end
if o[1] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[3])
return 1`

	// now, n, per, how many are wanted, ttl. Gives how many are granted and
	// how long the window still is. A window that begins in the future, after
	// a clock was set back, is no window.
	allow = `
local w = redis.call('HMGET', KEYS[1], 'start', 'used')
local now, per = tonumber(ARGV[1]), tonumber(ARGV[3])
local start, used = tonumber(w[1] or ''), tonumber(w[2] or '0')
if not start or now - start >= per or start - now > per then
  start, used = now, 0
  redis.call('HSET', KEYS[1], 'start', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
end
local granted = math.max(0, math.min(tonumber(ARGV[4]), tonumber(ARGV[2]) - used))
redis.call('HSET', KEYS[1], 'used', used + granted)
return {granted, string.format('%.0f', math.min(per, start + per - now))}`
)
