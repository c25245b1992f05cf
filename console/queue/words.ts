const whys: Record<string, string> = {
  off: 'Automatic assignment is off',
  nobody_in_team: 'Nobody takes what is for this team',
  nobody_skilled: 'Nobody has the skills',
  nobody_online: 'Nobody is online',
  all_full: 'Everybody has as much as they take',
  only_who_let_go: 'Only who let go of it could have it',
}

/** Why nobody has it yet, as a person reads it. */
export const whyWords = (why: string) => whys[why] ?? why
