interface RateWords {
  language: string
  title: string
  asks: (business: string) => string
  /** From one star to five. */
  stars: readonly [string, string, string, string, string]
  comment: string
  send: string
  thanks: string
  gone: string
  failed: string
}

const en: RateWords = {
  language: 'en',
  title: 'How was it?',
  asks: (business: string) => `How content are you with how ${business} looked after you?`,
  stars: ['Bad', 'Not good', 'All right', 'Good', 'Very good'],
  comment: 'Would you like to say more?',
  send: 'Send',
  thanks: 'Thank you. Your answer helps us.',
  gone: 'This link is not valid any more.',
  failed: 'Your answer did not reach us. Please try it again.',
}

const all: readonly RateWords[] = [
  en,
  {
    language: 'de',
    title: 'Wie war es?',
    asks: (business) => `Wie zufrieden sind Sie damit, wie ${business} sich um Sie gekümmert hat?`,
    stars: ['Schlecht', 'Nicht gut', 'In Ordnung', 'Gut', 'Sehr gut'],
    comment: 'Möchten Sie mehr dazu sagen?',
    send: 'Senden',
    thanks: 'Danke. Ihre Antwort hilft uns.',
    gone: 'Dieser Link gilt nicht mehr.',
    failed: 'Ihre Antwort hat uns nicht erreicht. Bitte versuchen Sie es noch einmal.',
  },
  {
    language: 'es',
    title: '¿Qué tal fue?',
    asks: (business) => `¿Está contento con cómo le ha atendido ${business}?`,
    stars: ['Mal', 'No muy bien', 'Regular', 'Bien', 'Muy bien'],
    comment: '¿Quiere contarnos algo más?',
    send: 'Enviar',
    thanks: 'Gracias. Su respuesta nos ayuda.',
    gone: 'Este enlace ya no es válido.',
    failed: 'No hemos recibido su respuesta. Inténtelo de nuevo, por favor.',
  },
  {
    language: 'fr',
    title: 'Comment était-ce ?',
    asks: (business) => `Êtes-vous satisfait de la façon dont ${business} s’est occupé de vous ?`,
    stars: ['Mal', 'Pas bien', 'Correct', 'Bien', 'Très bien'],
    comment: 'Souhaitez-vous en dire plus ?',
    send: 'Envoyer',
    thanks: 'Merci. Votre réponse nous aide.',
    gone: 'Ce lien n’est plus valable.',
    failed: 'Votre réponse ne nous est pas parvenue. Veuillez réessayer.',
  },
  {
    language: 'pt',
    title: 'Como correu?',
    asks: (business) => `Está satisfeito com a forma como ${business} cuidou de si?`,
    stars: ['Mau', 'Pouco bom', 'Razoável', 'Bom', 'Muito bom'],
    comment: 'Quer dizer-nos mais alguma coisa?',
    send: 'Enviar',
    thanks: 'Obrigado. A sua resposta ajuda-nos.',
    gone: 'Este link já não é válido.',
    failed: 'A sua resposta não chegou até nós. Tente de novo, por favor.',
  },
  {
    language: 'it',
    title: 'Com’è andata?',
    asks: (business) => `È soddisfatto di come ${business} si è preso cura di Lei?`,
    stars: ['Male', 'Non bene', 'Così così', 'Bene', 'Molto bene'],
    comment: 'Vuole dirci qualcosa in più?',
    send: 'Invia',
    thanks: 'Grazie. La Sua risposta ci aiuta.',
    gone: 'Questo link non è più valido.',
    failed: 'La Sua risposta non ci è arrivata. Riprovi, per favore.',
  },
  {
    language: 'nl',
    title: 'Hoe was het?',
    asks: (business) => `Hoe tevreden bent u over hoe ${business} u heeft geholpen?`,
    stars: ['Slecht', 'Niet goed', 'Redelijk', 'Goed', 'Heel goed'],
    comment: 'Wilt u er meer over zeggen?',
    send: 'Versturen',
    thanks: 'Dank u. Uw antwoord helpt ons.',
    gone: 'Deze link is niet meer geldig.',
    failed: 'Uw antwoord heeft ons niet bereikt. Probeer het nog eens.',
  },
  {
    language: 'hi',
    title: 'कैसा रहा?',
    asks: (business) => `${business} ने आपका जैसा ध्यान रखा, उससे आप कितने संतुष्ट हैं?`,
    stars: ['बुरा', 'अच्छा नहीं', 'ठीक', 'अच्छा', 'बहुत अच्छा'],
    comment: 'क्या आप कुछ और कहना चाहेंगे?',
    send: 'भेजें',
    thanks: 'धन्यवाद। आपके उत्तर से हमें मदद मिलती है।',
    gone: 'यह लिंक अब मान्य नहीं है।',
    failed: 'आपका उत्तर हम तक नहीं पहुँचा। कृपया फिर से कोशिश करें।',
  },
  {
    language: 'ar',
    title: 'كيف كان الأمر؟',
    asks: (business) => `ما مدى رضاك عن اهتمام ${business} بك؟`,
    stars: ['سيئ', 'ليس جيدًا', 'مقبول', 'جيد', 'جيد جدًا'],
    comment: 'هل تود إضافة شيء؟',
    send: 'إرسال',
    thanks: 'شكرًا لك. إجابتك تساعدنا.',
    gone: 'لم يعد هذا الرابط صالحًا.',
    failed: 'لم تصلنا إجابتك. يرجى المحاولة مرة أخرى.',
  },
]

/** Of a tag like `de-AT`; in English where there are no others. */
export function rateWordsIn(tag: string): RateWords {
  const language = tag.toLowerCase().split('-')[0]
  return all.find((one) => one.language === language) ?? en
}
