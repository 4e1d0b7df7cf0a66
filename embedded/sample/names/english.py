"""Names common in the United States among families who speak English at home."""

from embedded.sample.names.culture import Culture, read

ENGLISH = Culture(
    language="en",
    keeps_name=0.22,
    women=read("""
        Olivia, Emma, Ava, Sophia, Charlotte, Amelia, Grace, Hannah, Abigail, Chloe, Zoe, Lily,
        Nora, Hazel, Ruby, Naomi, Imani, Aaliyah, Nia, Jasmine, Kiara, Destiny, Ebony, Tiana,
        Rachel, Jessica, Ashley, Megan, Lauren, Katie, Brooke, Paige, Heather, Melissa, Erin,
        Danielle, Simone, Monique, Tamara, Faith, Joy, Clara, Audrey, Leah, Maya, Autumn,
        Kaya, Willow, Harper, Quinn
    """),
    men=read("""
        Liam, Noah, James, Henry, Lucas, Owen, Jack, Levi, Caleb, Isaac, Elijah, Josiah, Isaiah,
        Malik, Jalen, Darius, Andre, Marcus, Terrell, Xavier, Tyrone, DeShawn, Jamal, Micah,
        Ethan, Logan, Mason, Wyatt, Hunter, Cole, Garrett, Kyle, Brandon, Justin, Ryan, Sean,
        Patrick, Kevin, Eric, Brian, Aaron, Nathan, Peter, Simon, Theodore, Oscar, Felix,
        Jordan, Cameron, Avery
    """),
    families=read("""
        Smith, Johnson, Williams, Brown, Jones, Davis, Miller, Wilson, Moore, Taylor, Anderson,
        Thomas, Jackson, White, Harris, Martin, Thompson, Robinson, Clark, Lewis, Walker, Hall,
        Allen, Young, King, Wright, Scott, Green, Baker, Adams, Nelson, Carter, Mitchell,
        Roberts, Turner, Phillips, Campbell, Parker, Evans, Edwards, Collins, Stewart, Morris,
        Rogers, Reed, Cook, Morgan, Bell, Murphy, Bailey, Cooper, Richardson, Cox, Howard, Ward,
        Washington, Jefferson, Booker, Gaines, Banks, Hayes, Coleman, Jenkins, Perry, Powell,
        Patterson, Hughes, Price, Myers, Long, Foster, Sanders, Ross, Butler, Simmons, Barnes,
        Henderson, Fisher, Sullivan, O'Brien, McCarthy, Kowalski, Schmidt, Novak, Rossi, Larsen,
        Okafor, Mensah, Patel, Singh, Begay, Redbird, Smith-Jones, Van Dyke
    """),
)
