import {
  answers,
  notes,
  reads,
  resolves,
  says,
  sees,
  sends,
  shows,
  type Story,
  takes,
  texts,
  usesApp,
  writes,
} from './script.ts'

/** Those whom the clinic is in the middle of something with. */
const current: Story[] = [
  {
    person: { name: 'Maya Fraser', waId: '16045550142', timezone: 'America/Vancouver', locale: 'en-CA' },
    scenes: [
      ['3d 2h', says('Hi, I moved from Lisbon to Vancouver last month. Can I keep my physio sessions by video?')],
      ['3d 1h 50m', takes('ana')],
      ['3d 1h 48m', writes('ana', 'Welcome to the other side of the ocean, Maya! Yes, all our physios work by video.')],
      ['3d 1h 40m', reads],
      ['3d 1h 38m', says('Great. Evenings would be best, after 17:00 my time.')],
      [
        '3d 1h 30m',
        notes(
          'ana',
          '17:00 in Vancouver is 01:00 here. @Helena Strand, may we offer early mornings instead?',
          'helena',
        ),
      ],
      [
        '3d 1h 20m',
        sends('ana', {
          kind: 'buttons',
          text: 'We could offer you 08:00 or 09:30 your time, on Tuesdays. Which do you like better?',
          buttons: [
            { id: 'tue-0800', title: 'Tuesday 08:00' },
            { id: 'tue-0930', title: 'Tuesday 09:30' },
            { id: 'none', title: 'Neither' },
          ],
        }),
      ],
      ['3d 1h 2m', { does: 'taps', id: 'tue-0930' }],
      ['3d 1h', writes('ana', 'Tuesday 09:30 it is. The first one is next week, the link comes the day before.')],
      ['2d 23h', reads],
      ['2d 22h 59m', { does: 'likes', emoji: '🙏' }],
      ['5h 10m', says('One more thing: my insurance asks for a letter that says how many sessions are planned.')],
      ['5h', sees('ana')],
      ['4h 40m', { does: 'attaches', by: 'ana', fileName: 'treatment-plan.pdf', caption: 'Here it is, signed.' }],
      ['4h 30m', reads],
      ['4h 20m', { does: 'enters', by: 'ana', email: 'maya.fraser@example.com' }],
      [
        '2h 5m',
        {
          does: 'mails',
          from: 'maya.fraser@example.com',
          subject: 'The form of my insurance',
          text: 'Hello Ana,\n\nthe plan arrived, thank you. My insurance also asks who pays the first session. Is it the clinic in Lisbon, or I?\n\nMaya',
        },
      ],
      [
        '1h 50m',
        writes('ana', 'Dear Maya, you pay it, and your insurance gives it back: the plan says so on page two.'),
      ],
    ],
  },
  {
    person: { name: 'Youssef El Amrani', waId: '212600000417', timezone: 'Africa/Casablanca', locale: 'fr-MA' },
    scenes: [
      ['1d 4h', says('Bonjour, je voudrais déplacer le rendez-vous de ma mère, jeudi à 10h.')],
      ['1d 3h 50m', takes('tomas')],
      ['1d 3h 45m', writes('tomas', 'Bonjour Youssef, bien sûr. Vendredi à la même heure vous conviendrait ?')],
      ['1d 3h 30m', reads],
      ['1d 3h 20m', says('Vendredi après la prière, vers 15h, ce serait mieux.')],
      ['1d 3h 10m', writes('tomas', 'C’est noté : vendredi à 15h, heure de Casablanca. À bientôt !')],
      ['1d 2h', reads],
      ['50m', shows({ kind: 'voice', sample: 'voice' })],
      ['49m', says('Désolé pour le vocal, je conduis. Elle demande si elle doit venir à jeun.')],
    ],
  },
  {
    person: { name: 'ليلى حداد', waId: '966500000231', timezone: 'Asia/Riyadh', locale: 'ar-SA' },
    scenes: [
      ['2d 6h', says('السلام عليكم، هل عندكم طبيبة جلدية تتكلم العربية؟')],
      ['2d 5h 40m', writes('ngozi', 'وعليكم السلام ليلى. نعم، الدكتورة سلمى تستقبل يومي الأحد والثلاثاء.')],
      ['2d 5h 30m', reads],
      ['2d 5h 20m', says('ممتاز. هذه صورة الطفح على يدي منذ أسبوع.')],
      ['2d 5h 19m', shows({ kind: 'image', sample: 'image', caption: 'اليد اليسرى' })],
      ['2d 5h', { does: 'reacts', by: 'ngozi', emoji: '👍' }],
      ['2d 4h 58m', notes('ngozi', 'Looks like contact dermatitis. Not urgent; Dr. Salma has Tuesday 11:00.')],
      ['2d 4h 50m', writes('ngozi', 'شكرًا لكِ. الصورة واضحة. موعدك يوم الثلاثاء الساعة 11:00 بتوقيت الرياض.')],
      ['2d 4h', reads],
      ['35m', says('هل أوقف المرهم قبل الموعد؟')],
    ],
  },
  {
    person: { name: 'प्रिया शर्मा', waId: '919000000654', timezone: 'Asia/Kolkata', locale: 'hi-IN' },
    scenes: [
      ['1d 9h', says('नमस्ते, मेरे बेटे का टीकाकरण कब होना है?')],
      ['1d 8h 50m', takes('ana')],
      ['1d 8h 45m', writes('ana', 'नमस्ते प्रिया जी! अगला टीका छह महीने पर है, यानी अगले महीने की शुरुआत में।')],
      ['1d 8h 30m', reads],
      ['1d 8h 20m', says('ठीक है। क्या शनिवार को हो सकता है?')],
      [
        '1d 8h 10m',
        sends('ana', {
          kind: 'list',
          text: 'शनिवार के ये समय खाली हैं:',
          button: 'समय चुनें',
          rows: [
            { id: 'sat-0900', title: 'शनिवार 09:00', description: 'डॉ. मेहता' },
            { id: 'sat-1030', title: 'शनिवार 10:30', description: 'डॉ. मेहता' },
            { id: 'sat-1200', title: 'शनिवार 12:00', description: 'डॉ. राव' },
          ],
        }),
      ],
      ['1d 8h', { does: 'taps', id: 'sat-1030' }],
      ['1d 7h 55m', writes('ana', 'हो गया: शनिवार 10:30। टीकाकरण कार्ड साथ लाइएगा।')],
      ['1d 7h', reads],
      ['1d 6h 59m', { does: 'likes', emoji: '❤️' }],
      ['1d 6h 50m', resolves('ana')],
    ],
  },
  {
    person: { name: 'Emre Yıldız', waId: '905550000318', timezone: 'Europe/Istanbul', locale: 'tr-TR' },
    scenes: [
      ['8h 20m', says('Merhaba, dün çektirdiğim röntgenin sonucu çıktı mı?')],
      ['8h 5m', takes('tomas')],
      ['8h', writes('tomas', 'Merhaba Emre Bey, sonuç çıktı. Doktorumuz öğleden sonra bakacak.')],
      ['7h 50m', reads],
      ['7h 48m', says('Teşekkürler. Ağrım arttı, bugün gelebilir miyim? Şu an buradayım.')],
      [
        '7h 47m',
        shows({ kind: 'location', latitude: 41.0369, longitude: 28.985, name: 'Taksim Meydanı', address: 'İstanbul' }),
      ],
      [
        '7h 40m',
        notes('tomas', 'Pain went from 4 to 7 overnight. @Dr. Ngozi Adeyemi, can you see him today?', 'ngozi'),
      ],
      ['7h 20m', { does: 'assigns', by: 'tomas', to: 'ngozi' }],
      [
        '7h 10m',
        writes('ngozi', 'Emre Bey, saat 16:30’da sizi bekliyorum. Lütfen o zamana kadar dizinize yük vermeyin.'),
      ],
      ['7h', reads],
      ['6h 55m', { does: 'likes', emoji: '👍' }],
      ['1h 30m', usesApp('Yoldayım, uygulamadan yazıyorum. Otopark var mı?')],
      ['1h 20m', writes('ngozi', 'Var, binanın arkasında. Girişte adınızı söylemeniz yeterli.')],
    ],
  },
]

/** Those who wait, and those with whom something went wrong: the inbox's work for today. */
const waiting: Story[] = [
  {
    person: { name: 'Camila Duarte', waId: '5511900000271', timezone: 'America/Sao_Paulo', locale: 'pt-BR' },
    scenes: [
      // Nobody answered, and in less than an hour WhatsApp takes no free text any more.
      ['23h 22m', says('Oi! Vi que vocês atendem brasileiros por vídeo. Como funciona a primeira consulta?')],
      ['23h 20m', says('Tenho enxaqueca há anos e queria uma segunda opinião.')],
    ],
  },
  {
    person: { name: 'Grace Okafor', waId: '447700900614', timezone: 'Europe/London', locale: 'en-GB' },
    scenes: [
      ['1h 15m', says('Good morning! I think I left my reading glasses in room 2 yesterday.')],
      ['1h 14m', shows({ kind: 'image', sample: 'image', caption: 'They look a bit like these' })],
      ['12m', says('Hello? I can come by before noon.')],
    ],
  },
  {
    person: { name: 'Jonas Weber', waId: '4917604069017', timezone: 'Europe/Berlin', locale: 'de-DE' },
    scenes: [
      ['2d 1h', says('Guten Tag, ich brauche ein Folgerezept für meine Schilddrüsentabletten.')],
      ['2d 30m', takes('tomas')],
      ['2d 28m', writes('tomas', 'Guten Tag Herr Weber, das Rezept liegt ab morgen früh für Sie bereit.')],
      ['1d 22h', reads],
      // Two days later WhatsApp takes a template only, and this one does not arrive.
      [
        '3h 30m',
        {
          does: 'writes',
          by: 'tomas',
          failsWith: 131026,
          content: {
            kind: 'template',
            name: 'appointment_reminder',
            language: 'en',
            parameters: ['Jonas', 'Monday 09:15'],
          },
        },
      ],
      ['3h 25m', notes('tomas', 'Did not go out. @Ana Petrov, would you try by phone tomorrow?', 'ana')],
    ],
  },
  {
    person: { name: '佐藤 美咲', waId: '819000000182', timezone: 'Asia/Tokyo', locale: 'ja-JP' },
    scenes: [
      ['14h', says('はじめまして。来月リスボンに引っ越します。日本語で相談できる先生はいますか？')],
      ['13h 40m', writes('helena', 'はじめまして、佐藤さん。はい、月曜日に日本語で診察できる医師がおります。')],
      ['13h 30m', reads],
      ['13h 20m', says('よかったです。では、健康診断の予約をお願いします。')],
      ['13h 10m', { does: 'marks', by: 'helena', status: 'pending' }],
    ],
  },
  {
    person: {
      name: 'Amina Wanjiru',
      waId: '254700000536',
      timezone: 'Africa/Nairobi',
      locale: 'en-KE',
      hidesNumber: true,
    },
    scenes: [
      ['2h 40m', says('Habari! Is the travel clinic open on Saturday? I need the yellow fever certificate.')],
      [
        '2h 38m',
        {
          does: 'corrects',
          text: 'Habari! Is the travel clinic open this Saturday? I need the yellow fever certificate.',
        },
      ],
      ['2h 30m', sees('helena')],
    ],
  },
]

/** What is done, and stays to be read again. */
const past: Story[] = [
  {
    person: { name: 'Valentina Ríos', waId: '573000000749', timezone: 'America/Bogota', locale: 'es-CO' },
    scenes: [
      ['4d 3h', says('Buenas tardes, ¿tienen nutricionista?')],
      ['4d 2h 50m', writes('ana', '¡Buenas tardes, Valentina! Sí, la doctora Lucía atiende los miércoles y jueves.')],
      ['4d 2h 40m', reads],
      ['4d 2h 30m', says('Perfecto, el jueves me sirve. Le paso el contacto de mi médico de cabecera.')],
      [
        '4d 2h 29m',
        shows({ kind: 'contacts', contacts: [{ name: 'Dr. Andrés Mejía', phones: ['+57 300 000 0112'] }] }),
      ],
      ['4d 2h', writes('ana', 'Gracias. Jueves a las 15:00, hora de Bogotá. ¡Nos vemos!')],
      ['4d 1h 50m', reads],
      ['4d 1h 45m', { does: 'likes', emoji: '😊' }],
      ['4d 1h 30m', resolves('ana')],
    ],
  },
  {
    person: { name: 'נועה לוי', waId: '972500000863', timezone: 'Asia/Jerusalem', locale: 'he-IL' },
    scenes: [
      ['5d 2h', says('שלום, אפשר לקבל קבלה על הביקור האחרון?')],
      ['5d 1h 40m', { does: 'attaches', by: 'tomas', fileName: 'receipt.pdf', caption: 'בבקשה, נועה.' }],
      ['5d 1h 30m', reads],
      ['5d 1h 29m', says('תודה רבה!')],
      ['5d 1h 20m', resolves('tomas')],
    ],
  },
  {
    person: { name: 'Ελένη Παππά', waId: '306900000295', timezone: 'Europe/Athens', locale: 'el-GR' },
    scenes: [
      ['3d 7h', says('Καλημέρα, θέλω να ακυρώσω το ραντεβού μου αύριο. Συγγνώμη!')],
      ['3d 6h 50m', writes('ana', 'Καλημέρα Ελένη, κανένα πρόβλημα. Θέλετε να σας βρούμε άλλη μέρα;')],
      ['3d 6h 40m', reads],
      ['3d 6h 30m', answers('Θα σας γράψω εγώ, ευχαριστώ!')],
      ['3d 6h 20m', resolves('ana')],
    ],
  },
  {
    person: { name: 'Liam Chen', waId: '61491570156', timezone: 'Australia/Sydney', locale: 'en-AU' },
    scenes: [
      ['20h', says("G'day, flying into Lisbon on Sunday. Can someone look at my ankle on Monday?")],
      ['19h 50m', takes('ngozi')],
      ['19h 45m', writes('ngozi', 'Hi Liam, Monday 10:15 works. Ice it on the flight, and keep it up when you can.')],
      ['19h 30m', reads],
      ['19h 28m', shows({ kind: 'image', sample: 'image', caption: 'Day three, for the record' })],
      // His phone is off now: the last answer has one tick.
      ['19h 20m', { does: 'goes', online: false }],
      ['19h 10m', writes('ngozi', 'Thanks, that helps. The swelling should be down by Monday. Safe travels!')],
      ['2h 20m', texts('No internet at the airport, so by SMS: my flight is a day late. Tuesday instead of Monday?')],
      ['2h 10m', writes('ngozi', 'Tuesday 10:15, Liam. The day and the hour are in this text; no internet needed.')],
    ],
  },
  {
    person: { name: 'Олена Коваль', waId: '380500000478', timezone: 'Europe/Kyiv', locale: 'uk-UA' },
    scenes: [
      ['6d 5h', says('Добрий день! Чи можна записати двох дітей на один день?')],
      ['6d 4h 50m', writes('tomas', 'Добрий день, Олено! Так, субота о 11:00 і 11:30, поспіль.')],
      ['6d 4h 40m', reads],
      ['6d 4h 35m', says('Чудово, дякуємо!')],
      ['6d 4h 30m', { does: 'reacts', by: 'tomas', emoji: '🙌' }],
      ['6d 4h 20m', resolves('tomas')],
      ['1d 1h', says('Доброго дня ще раз. Молодший захворів, можна перенести на тиждень?')],
      ['1d 50m', takes('tomas')],
      ['1d 45m', writes('tomas', 'Звичайно. Наступна субота, той самий час. Хай одужує!')],
      ['1d 30m', reads],
    ],
  },
]

export const stories: readonly Story[] = [...current, ...waiting, ...past]
