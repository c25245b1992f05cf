/**
 * What members agree on stands in Redis, and changes only by these scripts, each of which is atomic there:
 *
 * - `generation`: which run of Redis the rest was written by. Another run may have lost the latest writes, so there
 *   the rest is worth nothing: it is emptied, and whoever still holds shards says so again.
 * - `version`: grows with every change of members or owners.
 * - `numbers`: a small number per member. `about`: who it is. `beats`: what it counts up while it lives.
 * - `owners`: two bytes per shard. 0: nobody ever (in this generation). 65535: given back. Else a member's number.
 *
 * No script reads a clock: who is dead is decided by the members' own monotonic clocks, and carried out only if the
 * beat on which they decided is still the last one.
 */
const start = `
local generation, version, numbers, about, beats, owners = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local notices, me = ARGV[1], ARGV[2]
local function changed()
  local now = redis.call('INCR', version)
  redis.call('PUBLISH', notices, tostring(now))
  return now
end
local function word(n) return string.char(math.floor(n / 256), n % 256) end
local function ownerOf(shard)
  local two = redis.call('GETRANGE', owners, shard * 2, shard * 2 + 1)
  if #two < 2 then return 0 end
  return string.byte(two, 1) * 256 + string.byte(two, 2)
end
local function own(shard, n) redis.call('SETRANGE', owners, shard * 2, word(n)) end
local function numberOf(id) return tonumber(redis.call('HGET', numbers, id) or '0') end
local function forget(id, n)
  redis.call('HDEL', numbers, id)
  redis.call('HDEL', about, id)
  redis.call('HDEL', beats, id)
  for shard = 0, 1023 do
    if ownerOf(shard) == n then own(shard, 65535) end
  end
  changed()
end
`

/** Those that change owners act on one generation only: what another one said is void. */
const inGeneration = `
if redis.call('GET', generation) ~= ARGV[3] then return -1 end
local number = numberOf(me)
if number == 0 then return -1 end
-- The shards from ARGV[first] on, each step-th of it: those that are as expected become another's.
local function pass(first, step, isExpected, to)
  local count = 0
  for at = first, #ARGV, step do
    local shard = tonumber(ARGV[at])
    if isExpected(shard, ARGV[at + 1]) then
      own(shard, to)
      count = count + 1
    end
  end
  if count > 0 then changed() end
  return count
end
`

/**
 * A sign of life. ARGV: notices, me, about, beat, the generation known, the version known, a bitmap of what is held,
 * the prefix of the members' channels. A member that is unknown joins; one that was here in this generation and is
 * gone was taken for dead, and hears of it (`lost`).
 */
const beat = `${start}
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or 'unknown'
local known, held = ARGV[5], ARGV[7]
local current = redis.call('GET', generation)
if not current or string.sub(current, 1, #run) ~= run then
  redis.call('DEL', numbers, about, beats, owners)
  current = run .. ':' .. me .. ':' .. ARGV[4]
  redis.call('SET', generation, current)
  changed()
end
local number = numberOf(me)
if number == 0 then
  if known == current then return {'lost', current} end
  local taken = {}
  for _, n in ipairs(redis.call('HVALS', numbers)) do taken[tonumber(n)] = true end
  number = 1
  while taken[number] do number = number + 1 end
  redis.call('HSET', numbers, me, number)
  if known ~= '' then
    for shard = 0, 1023 do
      local byte = string.byte(held, math.floor(shard / 8) + 1)
      if math.floor(byte / 2 ^ (shard % 8)) % 2 == 1 and ownerOf(shard) == 0 then own(shard, number) end
    end
  end
  changed()
end
if redis.call('HGET', about, me) ~= ARGV[3] then
  redis.call('HSET', about, me, ARGV[3])
  changed()
end
redis.call('HSET', beats, me, ARGV[4])
local all = redis.call('HGETALL', beats)
local channels = {}
for at = 1, #all, 2 do channels[#channels + 1] = ARGV[8] .. all[at] end
local hearing = redis.call('PUBSUB', 'NUMSUB', unpack(channels))
local now = redis.call('GET', version)
if now == ARGV[6] and known == current then return {'same', current, now, all, hearing} end
return {'changed', current, now, all, hearing, redis.call('HGETALL', numbers), redis.call('HGETALL', about),
  redis.call('GET', owners) or ''}
`

/** ARGV: notices, me, generation, then pairs: a shard, and what its owner is expected to be (0 or 65535). */
const take = `${start}${inGeneration}
return pass(4, 2, function(shard, state) return ownerOf(shard) == tonumber(state) end, number)
`

/**
 * ARGV: notices, me, generation, our last beat, the heir, then shards. What is not ours is left alone. One that comes
 * after a later beat is void: by that beat its sender learned that it still had them.
 */
const give = `${start}${inGeneration}
if redis.call('HGET', beats, me) ~= ARGV[4] then return -1 end
local heir = numberOf(ARGV[5])
if heir == 0 then heir = 65535 end
return pass(6, 1, function(shard) return ownerOf(shard) == number end, heir)
`

/** ARGV: notices, me, generation, the silent member, its last beat. Only who is still silent is taken for dead. */
const bury = `${start}${inGeneration}
if redis.call('HGET', beats, ARGV[4]) ~= ARGV[5] then return 0 end
forget(ARGV[4], numberOf(ARGV[4]))
return 1
`

/** ARGV: notices, me, generation. */
const leave = `${start}${inGeneration}
forget(me, number)
return 1
`

export const scripts = { beat, take, give, bury, leave }
